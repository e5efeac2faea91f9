import { statSync, watch, type FSWatcher } from 'node:fs'
import { basename, dirname, extname, join } from 'node:path'

/** What a {@link FileWatch} is made of. */
export interface FileWatchParts {
  /** Milliseconds of quiet after which changes are told: compilers write many files. Default: 100. */
  readonly gather?: number
  /** Hears of the files that have changed. */
  readonly changed: (files: readonly string[]) => void
}

/** What may be part of a program. */
const CODE = new Set([
  '.js',
  '.mjs',
  '.cjs',
  '.json',
  '.ts',
  '.mts',
  '.cts',
  '.jsx',
  '.tsx',
  '.node',
])

const GATHER = 100

interface WatchedFolder {
  readonly watcher: FSWatcher
  /** A folder that was removed and made anew has the same name only. */
  readonly identity: string
}

/**
 * Watches files by their folders: editors put a new file in the place of the old one, which whoever
 * watches the file itself does not see.
 */
export class FileWatch {
  readonly #parts: FileWatchParts
  readonly #files = new Set<string>()
  readonly #folders = new Map<string, WatchedFolder>()
  readonly #changed = new Set<string>()
  #timer: NodeJS.Timeout | undefined
  /** Whether changes of code count that nobody has loaded: a file that was missed may be there now. */
  isLoose = false

  constructor(parts: FileWatchParts) {
    this.#parts = parts
  }

  /** @param file an absolute path */
  add(file: string): void {
    if (this.#files.has(file)) return
    this.#files.add(file)
    const folder = nearestFolder(dirname(file))
    if (!this.#folders.has(folder)) this.#open(folder)
  }

  close(): void {
    clearTimeout(this.#timer)
    for (const { watcher } of this.#folders.values()) watcher.close()
    this.#folders.clear()
  }

  #open(folder: string): void {
    const identity = identityOf(folder)
    if (identity === undefined) return
    const watcher = watch(folder, (_event, name) => this.#heard(folder, name))
    // It is gone, or not to be read any more: its files are looked for when something is told of them.
    watcher.on('error', () => this.#gather())
    this.#folders.set(folder, { watcher, identity })
  }

  #heard(folder: string, name: string | null): void {
    const path = join(folder, name ?? '')
    if (this.#files.has(path) || (this.isLoose && CODE.has(extname(path)))) {
      this.#changed.add(path)
      this.#gather()
      // What a folder is told of itself is its end; of one that stands for another, that this may be there.
    } else if (name === basename(folder) || this.#isOnTheWay(path)) this.#gather()
  }

  #isOnTheWay(path: string): boolean {
    const start = join(path, '/')
    return [...this.#files].some((file) => file.startsWith(start))
  }

  #gather(): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.#tell(), this.#parts.gather ?? GATHER)
  }

  #tell(): void {
    this.#lookAgain()
    const changed = [...this.#changed].sort()
    this.#changed.clear()
    if (changed.length > 0) this.#parts.changed(changed)
  }

  /** Folders may have been removed, and made anew. What was changed in between has not been heard. */
  #lookAgain(): void {
    const wanted = new Set([...this.#files].map((file) => nearestFolder(dirname(file))))
    for (const [folder, { watcher, identity }] of this.#folders) {
      if (wanted.has(folder) && identityOf(folder) === identity) continue
      watcher.close()
      this.#folders.delete(folder)
    }
    for (const folder of wanted) {
      if (this.#folders.has(folder)) continue
      this.#open(folder)
      for (const file of this.#files) {
        if (dirname(file) === folder && identityOf(file) !== undefined) this.#changed.add(file)
      }
    }
  }
}

/** The folder itself, or the nearest one above it that is there. */
function nearestFolder(folder: string): string {
  let found = folder
  while (identityOf(found) === undefined && dirname(found) !== found) found = dirname(found)
  return found
}

function identityOf(path: string): string | undefined {
  const stats = statSync(path, { throwIfNoEntry: false })
  return stats && `${stats.ino} ${stats.birthtimeMs}`
}
