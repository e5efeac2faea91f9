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

/** Milliseconds that the page before a reload may take to let go of its copy. */
const RELOAD = 2_000

const BASE = 'base'
const EDITS = 'edits'

/** What is remembered of a tab, also when it is reloaded. */
interface TabMemory {
  getItem(key: string): string | null
  setItem(key: string, value: string): void
}

interface Globals {
  readonly indexedDB?: IdbFactory
  readonly navigator?: { readonly locks?: LockManager }
  readonly sessionStorage?: TabMemory
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
    const [slot, release] = await this.#claim(key)
    this.#remember(key, slot)
    return this.#take(slot, release)
  }

  /** @returns a copy that nobody has, and how to let go of it */
  async #claim(key: string): Promise<[slot: string, release: () => void]> {
    const own = this.#remembered(key)
    // After a reload: the page that is being left may hold it for another moment.
    const again = own === undefined ? undefined : await this.#lock(own, RELOAD)
    if (own !== undefined && again) return [own, again]
    const slots = await this.#slots(key)
    for (const { slot } of slots) {
      const release = await this.#lock(slot)
      if (release) return [slot, release]
    }
    for (let index = slots.length; ; index++) {
      const slot = slotOf(key, index)
      const release = await this.#lock(slot)
      if (release) return [slot, release]
    }
  }

  #remembered(key: string): string | undefined {
    try {
      return (globalThis as Globals).sessionStorage?.getItem(this.#memoryOf(key)) ?? undefined
    } catch {
      // A browser may refuse it, and a reload has to look for a copy then, as a new tab does.
      return undefined
    }
  }

  #remember(key: string, slot: string): void {
    try {
      ;(globalThis as Globals).sessionStorage?.setItem(this.#memoryOf(key), slot)
    } catch {
      // As above.
    }
  }

  #memoryOf(key: string): string {
    return `${this.#name}\n${key}`
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

  /**
   * @param wait milliseconds to wait for whoever has it; default: none
   * @returns how to let go of it; `undefined` when another tab has it
   */
  #lock(slot: string, wait?: number): Promise<(() => void) | undefined> {
    const signal = wait === undefined ? undefined : AbortSignal.timeout(wait)
    return new Promise((resolve, reject) => {
      const hold = (lock: unknown): Promise<void> | undefined => {
        if (!lock) {
          resolve(undefined)
          return undefined
        }
        return new Promise((release) => resolve(release))
      }
      this.#locks
        .request(`${this.#name}\n${slot}`, signal ? { signal } : { ifAvailable: true }, hold)
        .catch((error: unknown) => {
          if (signal?.aborted === true) resolve(undefined)
          else reject(error instanceof Error ? error : new Error(String(error)))
        })
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
