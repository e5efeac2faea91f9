import type { DocumentStorage, DocumentStorages, StoredDocument } from './document-storage.js'
import { StaleOwnerError } from './stale-owner-error.js'
import { checkStorageKey } from './storage-key.js'

interface Kept {
  snapshot: Uint8Array | undefined
  changes: Uint8Array[]
  /** The highest that it was loaded with. */
  token: number
}

/** Keeps documents in this process: for tests, and for what may be forgotten. */
export class MemoryStorage implements DocumentStorages {
  readonly checksTokens = true
  readonly #documents = new Map<string, Kept>()

  open(key: string, token?: number): DocumentStorage {
    checkStorageKey(key)
    const kept = (): Kept => {
      const found = this.#documents.get(key) ?? { snapshot: undefined, changes: [], token: 0 }
      this.#documents.set(key, found)
      if (token !== undefined && token < found.token) throw new StaleOwnerError(key)
      return found
    }
    return {
      load: () =>
        settled(() => {
          const found = kept()
          found.token = token ?? found.token
          return read(found)
        }),
      save: (snapshot) => settled(() => void Object.assign(kept(), { snapshot, changes: [] })),
      merge: (merge) =>
        settled(() => {
          const snapshot = merge(read(kept()))
          Object.assign(kept(), { snapshot, changes: [] })
        }),
      append: (changes) => settled(() => void kept().changes.push(...changes)),
    }
  }
}

function read({ snapshot, changes }: Kept): StoredDocument {
  return { snapshot, changes: [...changes] }
}

/** What throws rejects. */
function settled<T>(work: () => T): Promise<T> {
  return new Promise((resolve) => resolve(work()))
}
