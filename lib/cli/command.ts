import type { CliIo } from './cli-io.js'

/** An option of a command, as it is parsed and explained. */
export interface CliOption {
  /** One that takes a value says how the help names it; one that takes none is a switch. */
  readonly value?: string
  /** One letter. */
  readonly short?: string
  /** One line. */
  readonly help: string
}

/** What a command is called with. */
export interface CliCall {
  readonly operands: readonly string[]
  /** By name; an option that was not given is absent. */
  readonly options: Readonly<Record<string, string | true>>
  readonly io: CliIo
}

/** A command of `enfilade`. */
export interface CliCommand {
  readonly name: string
  /** One line of the list of commands. */
  readonly summary: string
  /** The operands as the help shows them: `<app>`, or `[app]` for one that may be left out. */
  readonly operands: readonly string[]
  /** What the help says beside the options. */
  readonly details: string
  readonly options: Readonly<Record<string, CliOption>>
  /**
   * Runs it; done when there is nothing left to do but to wait.
   *
   * @returns the exit code, once nothing keeps the process alive
   */
  readonly run: (call: CliCall) => Promise<number>
}
