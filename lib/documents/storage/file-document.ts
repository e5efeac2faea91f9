import { mkdir, open, readFile, rename, rm, writeFile, type FileHandle } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { crc32 } from 'node:zlib'
import { DocumentStorageError } from './document-storage-error.js'
import type { DocumentStorage, StoredDocument } from './document-storage.js'
import { encodeFrame, LOG_HEADER, readLog, seal, unseal } from './log-frames.js'

/**
 * When a write counts as done: `always` when the disk has it, `never` when the operating system has
 * it, which survives the process but not a power cut.
 */
export type SyncPolicy = 'always' | 'never'

/** One document in a folder of its own: `snapshot` and `log`. */
export class FileDocument implements DocumentStorage {
  readonly #folder: string
  readonly #isSynced: boolean
  #log: FileHandle | undefined
  /** Where the next frame goes. */
  #end = 0
  /** There may be more in the file than what was written well. */
  #isDirty = false

  constructor(folder: string, sync: SyncPolicy) {
    this.#folder = folder
    this.#isSynced = sync === 'always'
  }

  async load(): Promise<StoredDocument> {
    await this.close()
    await this.#makeFolder()
    const snapshot = await this.#readSnapshot()
    // A snapshot that was being written when the process ended.
    await rm(this.#path('snapshot.new'), { force: true })
    const bytes = (await readIfThere(this.#path('log'))) ?? Buffer.alloc(0)
    const { changes, end, cut, isBrokenInside } = readLog(bytes)
    // Without syncing, a power cut may tear anything.
    if (isBrokenInside && this.#isSynced) {
      throw new DocumentStorageError(`${this.#path('log')} is broken at byte ${end}`)
    }
    // What is cut is kept, for whoever wants to look at it.
    if (cut)
      await writeFile(this.#path(`log.cut-${crc32(bytes).toString(16)}`), bytes.subarray(end))
    this.#end = end
    this.#isDirty = cut !== undefined
    this.#log = await open(this.#path('log'), bytes.length > 0 ? 'r+' : 'w+')
    if (cut) await this.#clean()
    if (this.#isSynced) await syncFolder(this.#folder)
    return { snapshot, changes, ...(cut && { cut }) }
  }

  async append(changes: readonly Uint8Array[]): Promise<void> {
    const log = this.#open()
    await this.#clean()
    const frame = encodeFrame(changes)
    const bytes = this.#end === 0 ? Buffer.concat([LOG_HEADER, frame]) : frame
    this.#isDirty = true
    // After a failed sync the disk may have lost what was written: the next try writes it again.
    await writeAll(log, bytes, this.#end)
    if (this.#isSynced) await log.datasync()
    this.#isDirty = false
    this.#end += bytes.length
  }

  async save(snapshot: Uint8Array): Promise<void> {
    const log = this.#open()
    const draft = this.#path('snapshot.new')
    await writeFile(draft, seal(snapshot), { flush: this.#isSynced })
    await rename(draft, this.#path('snapshot'))
    if (this.#isSynced) await syncFolder(this.#folder)
    // What is left in the log when the process ends here is in the snapshot too, and is passed over.
    await log.truncate(0)
    if (this.#isSynced) await log.datasync()
    this.#end = 0
    this.#isDirty = false
  }

  async close(): Promise<void> {
    const log = this.#log
    this.#log = undefined
    await log?.close()
  }

  async #makeFolder(): Promise<void> {
    const first = await mkdir(this.#folder, { recursive: true })
    if (first === undefined || !this.#isSynced) return
    // The names of the new folders have to be on the disk too.
    for (let path = this.#folder; path.length >= first.length; path = dirname(path)) {
      await syncFolder(dirname(path))
    }
  }

  async #readSnapshot(): Promise<Uint8Array | undefined> {
    const path = this.#path('snapshot')
    const bytes = await readIfThere(path)
    if (!bytes) return undefined
    const snapshot = unseal(bytes)
    if (!snapshot) throw new DocumentStorageError(`${path} is broken`)
    return snapshot
  }

  /** Takes back what a failed write has left. */
  async #clean(): Promise<void> {
    if (!this.#isDirty) return
    const log = this.#open()
    await log.truncate(this.#end)
    if (this.#isSynced) await log.datasync()
    this.#isDirty = false
  }

  #open(): FileHandle {
    if (this.#log) return this.#log
    // Nothing may be written over what could not be read.
    throw new DocumentStorageError(`${this.#folder} has not been loaded`)
  }

  #path(name: string): string {
    return join(this.#folder, name)
  }
}

async function readIfThere(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

async function writeAll(file: FileHandle, bytes: Buffer, position: number): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done, position + done)
    done += bytesWritten
  }
}

/** The names in a folder are on the disk after this. Windows has nothing like it, and needs nothing. */
async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return
  const folder = await open(path, 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}
