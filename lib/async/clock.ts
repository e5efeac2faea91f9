/** A timer that has been set. */
export interface ClockTimer {
  /** Lets the process end while it is set. */
  unref(): ClockTimer
  /** Sets it again, for as long as before. */
  refresh(): ClockTimer
}

/** Where the time comes from: all that waits asks it, so that a test can let minutes pass at once. */
export interface Clock {
  /** Milliseconds of a clock that is never set back. */
  now(): number
  /** Milliseconds since the epoch. */
  date(): number
  setTimeout(run: () => void, milliseconds: number): ClockTimer
  clearTimeout(timer: ClockTimer | undefined): void
  /** Runs something in a later turn of the event loop. */
  setImmediate(run: () => void): void
}

/** The clock of this machine. */
export const systemClock: Clock = {
  // As quick as `performance.now()`, with which Node would load a dozen modules at every start.
  now: () => {
    const [seconds, nanoseconds] = process.hrtime()
    return seconds * 1e3 + nanoseconds / 1e6
  },
  date: () => Date.now(),
  setTimeout: (run, milliseconds) => setTimeout(run, milliseconds),
  clearTimeout: (timer) => clearTimeout(timer as NodeJS.Timeout | undefined),
  setImmediate: (run) => void setImmediate(run),
}
