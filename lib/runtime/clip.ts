const MAX_LENGTH = 128

/** Shortens a client's own words, before they are quoted to it or written to a log. */
export function clip(text: string): string {
  return text.length <= MAX_LENGTH ? text : `${text.slice(0, MAX_LENGTH)}…`
}
