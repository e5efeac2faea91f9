import type { CliIo } from '../../lib/cli/cli-io.js'

/** The outside of a command, which keeps what is written. */
export interface RecordingIo extends CliIo {
  readonly written: { out: string; err: string }
  /** What would have ended the process. */
  readonly crashes: unknown[]
}

/** An outside without colours, in the folder of the repository by default. */
export function recordingIo(parts: Partial<Pick<CliIo, 'env' | 'cwd'>> = {}): RecordingIo {
  const written = { out: '', err: '' }
  const crashes: unknown[] = []
  return {
    ...{ written, crashes },
    crash: (error) => crashes.push(error),
    out: (text) => (written.out += text),
    err: (text) => (written.err += text),
    style: (_style, text) => text,
    env: {},
    cwd: process.cwd(),
    ...parts,
  }
}
