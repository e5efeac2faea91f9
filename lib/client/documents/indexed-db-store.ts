import { joinState, type DocumentStore, type KeptDocument } from './document-store.js'
import type { ReplicaEdits } from './document-store.js'
import { ValueDatabase, type IdbFactory, type LockManager } from './indexed-db.js'
import type { ReplicaState } from './replica-options.js'

/** What a store in IndexedDB is called. */
export interface IndexedDbStoreOptions {
  /**
   * The name of the database. Who shares a browser with others should not get their documents: put
   * the id of the user into it. Default: `enfilade`.
   */
  readonly name?: string
}

const BASE = 'base'
const EDITS = 'edits'

interface Globals {
  readonly indexedDB?: IdbFactory
  readonly navigator?: { readonly locks?: LockManager }
}

/**
 * Keeps documents in the IndexedDB of a browser, with edits that have not reached the server. Each tab
 * has a copy of its own, by the locks of the browser; who opens a document gets one that nobody has,
 * those with edits first.
 */
export class IndexedDbStore implements DocumentStore {
  readonly #database: ValueDatabase
  readonly #locks: LockManager
  readonly #name: string

  /** @throws TypeError where there is no IndexedDB, or no locks: outside of HTTPS and localhost */
  constructor({ name = 'enfilade' }: IndexedDbStoreOptions = {}) {
    const { indexedDB, navigator } = globalThis as Globals
    if (!indexedDB || !navigator?.locks) {
      throw new TypeError(
        'IndexedDbStore: it needs IndexedDB and navigator.locks: a browser, and HTTPS',
      )
    }
    this.#name = name
    this.#locks = navigator.locks
    this.#database = new ValueDatabase(indexedDB, name, [BASE, EDITS])
  }

  async open(key: string): Promise<KeptDocument> {
    const slots = await this.#slots(key)
    for (const { slot } of slots) {
      const release = await this.#lock(slot)
      if (release) return this.#take(slot, release)
    }
    for (let index = slots.length; ; index++) {
      const slot = slotOf(key, index)
      const release = await this.#lock(slot)
      if (release) return this.#take(slot, release)
    }
  }

  /** Those that are there, with edits first. */
  async #slots(key: string): Promise<{ slot: string; pending: number }[]> {
    const prefix = slotOf(key, '')
    const names = (await this.#database.keys(EDITS)).filter((name) => name.startsWith(prefix))
    const slots = await Promise.all(
      names.map(async (slot) => {
        const edits = (await this.#database.get(EDITS, slot)) as ReplicaEdits | undefined
        return { slot, pending: edits?.pending.length ?? 0 }
      }),
    )
    return slots.sort((a, b) => b.pending - a.pending)
  }

  /** @returns how to let go of it; `undefined` when another tab has it */
  #lock(slot: string): Promise<(() => void) | undefined> {
    return new Promise((resolve, reject) => {
      const hold = (lock: unknown): Promise<void> | undefined => {
        if (!lock) {
          resolve(undefined)
          return undefined
        }
        return new Promise((release) => resolve(release))
      }
      this.#locks
        .request(`${this.#name}\n${slot}`, { ifAvailable: true }, hold)
        .catch((error: unknown) => reject(error as Error))
    })
  }

  async #take(slot: string, release: () => void): Promise<KeptDocument> {
    const database = this.#database
    try {
      const [base, edits] = await Promise.all([database.get(BASE, slot), database.get(EDITS, slot)])
      return {
        state: joinState(base as ReplicaState | undefined, edits as ReplicaEdits | undefined),
        save: ({ schema, cursor, records, ...rest }) =>
          database.put(slot, {
            [BASE]: { schema, records, ...(cursor && { cursor }) },
            [EDITS]: { schema, ...rest } satisfies ReplicaEdits,
          }),
        saveEdits: (next) => database.put(slot, { [EDITS]: next }),
        remove: () => database.put(slot, { [BASE]: undefined, [EDITS]: undefined }),
        release,
      }
    } catch (error) {
      release()
      throw error
    }
  }
}

function slotOf(key: string, index: number | ''): string {
  return `${key}\n${index}`
}
