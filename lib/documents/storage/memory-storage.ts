import type { DocumentStorage, DocumentStorages, StoredDocument } from './document-storage.js'
import { checkStorageKey } from './storage-key.js'

interface Kept {
  snapshot: Uint8Array | undefined
  changes: Uint8Array[]
}

/** Keeps documents in this process: for tests, and for what may be forgotten. */
export class MemoryStorage implements DocumentStorages {
  readonly #documents = new Map<string, Kept>()

  open(key: string): DocumentStorage {
    checkStorageKey(key)
    const kept = (): Kept => {
      const found = this.#documents.get(key) ?? { snapshot: undefined, changes: [] }
      this.#documents.set(key, found)
      return found
    }
    return {
      load: () => Promise.resolve<StoredDocument>({ ...kept(), changes: [...kept().changes] }),
      save(snapshot) {
        Object.assign(kept(), { snapshot, changes: [] })
        return Promise.resolve()
      },
      merge(merge) {
        const snapshot = merge({ ...kept(), changes: [...kept().changes] })
        Object.assign(kept(), { snapshot, changes: [] })
        return Promise.resolve()
      },
      append(changes) {
        kept().changes.push(...changes)
        return Promise.resolve()
      },
    }
  }
}
