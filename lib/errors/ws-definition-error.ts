/** One fault found while reading decorators or options. */
export interface DefinitionProblem {
  /** Where: `Class.method`, `Class`, or `createWsApp.option`. */
  readonly where: string
  /** What is wrong, in one sentence. */
  readonly problem: string
  /** How to mend it, in one sentence. */
  readonly mend: string
}

/**
 * Thrown by `createWsApp` when decorators or options are wrong. All faults are reported together,
 * so that one start shows everything there is to mend.
 */
export class WsDefinitionError extends Error {
  override readonly name = 'WsDefinitionError'
  declare readonly problems: readonly DefinitionProblem[]

  constructor(problems: readonly DefinitionProblem[], options?: ErrorOptions) {
    super(describe(problems), options)
    // The message says it all: an uncaught error is printed with its enumerable properties.
    Object.defineProperty(this, 'problems', { value: problems })
  }
}

function describe(problems: readonly DefinitionProblem[]): string {
  const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`
  const lines = problems.map(
    ({ where, problem, mend }) => `  - ${where}: ${problem}\n    mend: ${mend}`,
  )
  return `Enfilade cannot start: ${count} found.\n${lines.join('\n')}`
}
