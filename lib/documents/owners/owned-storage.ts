import type { DocumentStorage, StoredDocument } from '../storage/document-storage.js'
import { StaleOwnerError } from '../storage/stale-owner-error.js'
import type { Tenure } from './document-leases.js'

/** What is stored where, and by which right. */
export interface OwnedStorageParts {
  readonly path: string
  readonly tenure: Tenure
  /** Whether the storage itself refuses what a former owner writes. */
  readonly checksTokens: boolean
}

/**
 * A storage of a document that this process owns: it hears when another one does by now. Where the storage
 * looks at tokens, it is the one to decide; where it does not, nothing is written without a lease.
 */
export function ownedStorage(storage: DocumentStorage, parts: OwnedStorageParts): DocumentStorage {
  const { path, tenure, checksTokens } = parts
  const expectLease = (): void => {
    if (!checksTokens && !tenure.isHeld()) throw new StaleOwnerError(path)
  }
  const guarded = async <T>(work: () => Promise<T>): Promise<T> => {
    expectLease()
    try {
      const result = await work()
      // What was written after the next owner has loaded must not pass for safe.
      expectLease()
      return result
    } catch (error) {
      if (error instanceof StaleOwnerError) tenure.lose()
      throw error
    }
  }
  const owned: DocumentStorage = {
    load: (): Promise<StoredDocument> => guarded(() => storage.load()),
    save: (snapshot) => guarded(() => storage.save(snapshot)),
    close: async () => storage.close?.(),
  }
  // A room looks whether they are there.
  if (storage.append) owned.append = (changes) => guarded(async () => storage.append?.(changes))
  if (storage.merge) owned.merge = (merge) => guarded(async () => storage.merge?.(merge))
  return owned
}
