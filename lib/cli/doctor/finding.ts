/** What was found out about one thing. */
export interface Finding {
  /** What was looked at. */
  readonly what: string
  /** `fault` when an app does not run, or does not run well; `note` when something could be better. */
  readonly state: 'ok' | 'note' | 'fault'
  /** How it is. */
  readonly text: string
  /** How to mend it; absent when it is well. */
  readonly mend?: string
}

export function ok(what: string, text: string): Finding {
  return { what, state: 'ok', text }
}

export function note(what: string, text: string, mend: string): Finding {
  return { what, state: 'note', text, mend }
}

export function fault(what: string, text: string, mend: string): Finding {
  return { what, state: 'fault', text, mend }
}
