import type { ChildProcess } from 'node:child_process'
import { relative } from 'node:path'
import { isOwnMessage } from '../../workers/worker-messages.js'
import { FileWatch } from './file-watch.js'
import { loadedFiles } from './loaded-files.js'

/** What a {@link WatchedProgram} needs. */
export interface WatchedProgramParts {
  /** The file of the app, an absolute path. */
  readonly file: string
  /** Paths are told from here. */
  readonly cwd: string
  /** Milliseconds of quiet after a change. */
  readonly gather?: number
  /** Says what has changed, and has the program started again. */
  readonly restart: (what: string) => void
}

/** The files of a program that runs in processes which have been forked for it. */
export class WatchedProgram {
  readonly #watch: FileWatch

  constructor({ file, cwd, gather, restart }: WatchedProgramParts) {
    this.#watch = new FileWatch({
      ...(gather !== undefined && { gather }),
      changed: (files) => restart(describe(files.map((one) => relative(cwd, one)))),
    })
    this.#watch.add(file)
  }

  /** A process of the program, which reports what it loads. */
  readonly follow = (child: ChildProcess): void => {
    let listens = false
    child.on('message', (message) => {
      if (isOwnMessage(message)) {
        if (message.enfilade !== 'listening') return
        listens = true
        this.#watch.isLoose = false
        return
      }
      for (const file of loadedFiles(message)) this.#watch.add(file)
    })
    child.on('exit', () => {
      if (!listens) this.#watch.isLoose = true
    })
  }

  close(): void {
    this.#watch.close()
  }
}

function describe(files: readonly string[]): string {
  const [first = '', ...others] = files
  if (others.length === 0) return `${first} has changed`
  return `${first} and ${others.length} other ${others.length === 1 ? 'file' : 'files'} have changed`
}
