import { resolve, join } from 'node:path'
import { FileDocument, type SyncPolicy } from './file-document.js'
import type { DocumentStorage, DocumentStorages } from './document-storage.js'
import { checkStorageKey, fileNameOf } from './storage-key.js'

/** Where and how files are kept. */
export interface FileStorageOptions {
  /** One folder a document is made in it. */
  readonly folder: string
  /** Default: `always`. */
  readonly sync?: SyncPolicy
}

/**
 * Keeps documents in files: a snapshot that is replaced as a whole, and a log of what came after it.
 * A folder belongs to one process at a time.
 *
 * @throws TypeError for options that make no sense
 */
export class FileStorage implements DocumentStorages {
  readonly #folder: string
  readonly #sync: SyncPolicy

  constructor({ folder, sync = 'always' }: FileStorageOptions) {
    if (typeof folder !== 'string' || folder === '') throw new TypeError('FileStorage: no folder')
    if (!(['always', 'never'] as string[]).includes(sync)) {
      throw new TypeError(`FileStorage: sync is "always" or "never", got ${sync}`)
    }
    this.#folder = resolve(folder)
    this.#sync = sync
  }

  open(key: string): DocumentStorage {
    checkStorageKey(key)
    return new FileDocument(join(this.#folder, fileNameOf(key)), this.#sync)
  }
}
