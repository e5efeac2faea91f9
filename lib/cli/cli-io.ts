import { styleText } from 'node:util'

/** What a command writes in. */
export type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan'

/** What a command has of the outside: so that a test can be it. */
export interface CliIo {
  /** Writes to the standard output; ends no line by itself. */
  readonly out: (text: string) => void
  /** Writes to the error output; ends no line by itself. */
  readonly err: (text: string) => void
  /** The text in a style, or as it is where nobody would see it. */
  readonly style: (style: Style, text: string) => string
  /**
   * Ends the process with an error that nobody catches: of a syntax error only Node knows the file, and
   * only then does it tell.
   */
  readonly crash: (error: unknown) => void
  readonly env: Readonly<Record<string, string | undefined>>
  readonly cwd: string
}

/** The part of a process that {@link processIo} reads. */
export interface CliProcess {
  readonly stdout: { write(text: string): unknown; readonly isTTY?: boolean }
  readonly stderr: { write(text: string): unknown; readonly isTTY?: boolean }
  readonly env: Readonly<Record<string, string | undefined>>
  cwd(): string
}

/** The outside of a process. Styles are left out when either output is no terminal. */
export function processIo(target: CliProcess): CliIo {
  const { stdout, stderr, env } = target
  const isStyled = mayStyle(env, stdout.isTTY === true && stderr.isTTY === true)
  return {
    out: (text) => void stdout.write(text),
    err: (text) => void stderr.write(text),
    style: (style, text) => (isStyled ? styleText(style, text, { validateStream: false }) : text),
    crash: (error) =>
      setImmediate(() => {
        throw error
      }),
    env,
    cwd: target.cwd(),
  }
}

/** See https://no-color.org and https://force-color.org. */
function mayStyle(env: CliProcess['env'], isTerminal: boolean): boolean {
  if ((env.NO_COLOR ?? '') !== '') return false
  const { FORCE_COLOR: forced = '' } = env
  if (forced !== '') return forced !== '0' && forced !== 'false'
  return isTerminal && env.TERM !== 'dumb'
}
