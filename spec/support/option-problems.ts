import { expect } from '@jest/globals'
import { createWsApp, WsDefinitionError, type DefinitionProblem } from 'enfilade'

/** How most options are mended. */
export const TABLE = 'see the table of options in docs/options.md'

/** What `createWsApp` says of options; nothing when it accepts them. */
export function problemsOf(options: unknown): readonly DefinitionProblem[] {
  try {
    createWsApp(options as never)
  } catch (error) {
    if (error instanceof WsDefinitionError) return error.problems
    throw error
  }
  return []
}

/** As one problem, when `controllers` are given. */
export function problemOf(name: string, value: unknown): DefinitionProblem | undefined {
  const [problem, ...more] = problemsOf({ controllers: [], [name]: value })
  expect(more).toEqual([])
  return problem
}
