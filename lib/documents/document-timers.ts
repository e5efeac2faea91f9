/** The clock and the timers of a document room; tests bring their own. */
export interface DocumentTimers {
  /** Calls back once, after a time in milliseconds. */
  set(callback: () => void, milliseconds: number): unknown
  /** Takes back what `set` returned. */
  clear(handle: unknown): void
}

/** The timers of Node. None of them keeps the process alive. */
export const systemTimers: DocumentTimers = {
  set: (callback, milliseconds) => setTimeout(callback, milliseconds).unref(),
  clear: (handle) => clearTimeout(handle as NodeJS.Timeout),
}
