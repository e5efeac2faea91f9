/** Exit codes of the command `enfilade`. */
export const EXIT_CODES = {
  /** It did what it was asked to do. */
  OK: 0,
  /** It could not, or what it looked at is not well. */
  FAILURE: 1,
  /** It was asked for something that there is not. */
  USAGE: 2,
} as const

/** What ends a command with a message instead of a stack. */
export class CliError extends Error {
  override readonly name = 'CliError'
  readonly exitCode: number

  /** @param exitCode default: 1, a failure */
  constructor(message: string, exitCode: number = EXIT_CODES.FAILURE, options?: ErrorOptions) {
    super(message, options)
    this.exitCode = exitCode
  }
}

/** An error of whoever wrote the command line. */
export function usageError(message: string): CliError {
  return new CliError(message, EXIT_CODES.USAGE)
}
