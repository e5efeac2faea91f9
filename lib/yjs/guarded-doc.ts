import {
  applyUpdate,
  convertUpdateFormatV2ToV1,
  Doc,
  encodeStateAsUpdate,
  encodeStateVector,
  mergeUpdates,
  mergeUpdatesV2,
} from 'yjs'
import { WsError } from '../errors/ws-error.js'
import { DocumentStorageError } from '../documents/storage/document-storage-error.js'
import type { StoredDocument } from '../documents/storage/document-storage.js'
import { checkUpdate } from './check-update.js'
import { revertUpdate } from './revert.js'

/** An update with nothing in it. */
const EMPTY = Uint8Array.of(0, 0)

/** How many updates are kept one by one, and how many bytes at least, before they become one. */
const MAX_KEPT = 2_000
const MIN_KEPT_BYTES = 256 * 1024

/** What came of an update: `gap` when something before it is missing. */
export type Applied = 'whole' | 'gap'

/** Bytes that can be read as an update, and make no sense in the document. */
export class BrokenUpdateError extends WsError {
  constructor(cause: unknown) {
    super(400, 'The update cannot be applied')
    this.cause = cause
  }
}

/** Hears of what changes. */
export type OnDelta = (delta: Uint8Array, origin: unknown) => void

/**
 * A document of Yjs that nothing can break. What throws half way leaves traces in it that nothing can
 * take out again, so the document is made anew then, of bytes that were good before.
 */
export class GuardedDoc {
  readonly #maxBytes: number
  readonly #onDelta: OnDelta
  #doc: Doc
  /** The document as bytes: what it was, and what came since. */
  #base: Uint8Array = EMPTY
  #since: Uint8Array[] = []
  #sinceBytes = 0
  /** What was stored without what it builds on. */
  #orphans: Uint8Array | undefined
  #isSilent = false
  /** What a transaction under way has brought; `undefined` while there is none. */
  #collected: { delta: Uint8Array; origin: unknown }[] | undefined

  constructor(maxBytes: number, onDelta: OnDelta) {
    this.#maxBytes = maxBytes
    this.#onDelta = onDelta
    this.#doc = this.#create()
  }

  /** Another one after something was taken back. */
  get doc(): Doc {
    return this.#doc
  }

  get vector(): Uint8Array {
    return encodeStateVector(this.#doc)
  }

  /**
   * Takes over what a storage had. Nobody is told of it.
   *
   * @throws DocumentStorageError when it cannot be read
   */
  restore(stored: StoredDocument): void {
    this.#isSilent = true
    try {
      applyUpdate(this.#doc, mergeUpdates(partsOf(stored)))
      this.#orphans = this.#takePending()
      this.#base = encodeStateAsUpdate(this.#doc)
    } catch (cause) {
      throw new DocumentStorageError('What is stored is no document of Yjs', { cause })
    } finally {
      this.#isSilent = false
    }
  }

  /**
   * Adds what is stored by now, which other processes may have written.
   *
   * @returns the document with it
   * @throws DocumentStorageError when it cannot be read
   */
  merge(stored: StoredDocument, origin: unknown): Uint8Array {
    try {
      this.#adopt([...partsOf(stored), this.#orphans ?? EMPTY], origin)
    } catch (cause) {
      throw new DocumentStorageError('What is stored is no document of Yjs', { cause })
    }
    return this.encode()
  }

  /**
   * Merges an update.
   *
   * @returns `gap` when a part of it builds on something that is missing: that part is left out
   * @throws WsError 400 for what is no update, 413 when the document would be too large,
   * BrokenUpdateError for what only looks like one
   */
  apply(update: Uint8Array, origin: unknown): Applied {
    if (this.#sizeWith(update) > this.#maxBytes) this.encodeSince()
    if (this.#sizeWith(update) > this.#maxBytes) {
      throw new WsError(413, `A document has ${this.#maxBytes} bytes at most`)
    }
    return this.absorb(update, origin)
  }

  /**
   * Merges an update that another process has taken already, however large the document is.
   *
   * @returns as `apply`
   * @throws WsError 400 as `apply`
   */
  absorb(update: Uint8Array, origin: unknown): Applied {
    checkUpdate(update)
    try {
      this.#run((doc) => applyUpdate(doc, update, origin), origin)
    } catch (cause) {
      throw new BrokenUpdateError(cause)
    }
    const applied = this.#dropPending() ? 'gap' : 'whole'
    if (this.#orphans) this.#adopt([this.#orphans], undefined)
    return applied
  }

  /**
   * Changes the document: all of it or, when the work throws, nothing.
   *
   * @throws what the work throws
   */
  transact<T>(work: (doc: Doc) => T): T {
    return this.#run(work, undefined)
  }

  /**
   * Makes the document what it was.
   *
   * @throws WsError 400 for what is no snapshot
   */
  revert(snapshot: Uint8Array): void {
    checkUpdate(snapshot)
    const update = revertUpdate(this.encodeSince(), snapshot)
    this.#run((doc) => applyUpdate(doc, update), undefined)
  }

  /** The whole document, as a storage keeps it. */
  encode(): Uint8Array {
    const state = this.encodeSince()
    return this.#orphans ? mergeUpdates([state, this.#orphans]) : state
  }

  /**
   * What somebody lacks.
   *
   * @param vector what they have; default: nothing
   * @throws WsError 400 for what is no state vector
   */
  encodeSince(vector?: Uint8Array): Uint8Array {
    if (vector && vector.length > 1) {
      try {
        return encodeStateAsUpdate(this.#doc, vector)
      } catch {
        throw new WsError(400, 'The state vector cannot be read')
      }
    }
    if (this.#since.length > 0 && !this.#collected) {
      this.#base = encodeStateAsUpdate(this.#doc)
      this.#forget()
    }
    return this.#collected ? encodeStateAsUpdate(this.#doc) : this.#base
  }

  #run<T>(work: (doc: Doc) => T, origin: unknown): T {
    // A transaction inside another is a part of it.
    if (this.#collected) return work(this.#doc)
    this.#collected = []
    let result: T
    try {
      result = this.#doc.transact(() => work(this.#doc), origin)
    } catch (error) {
      this.#collected = undefined
      this.#rebuild()
      throw error
    }
    const collected = this.#collected
    this.#collected = undefined
    for (const { delta, origin: by } of collected) this.#commit(delta, by)
    return result
  }

  #commit(delta: Uint8Array, origin: unknown): void {
    this.#since.push(delta)
    this.#sinceBytes += delta.length
    const most = Math.max(MIN_KEPT_BYTES, this.#base.length)
    if (this.#since.length > MAX_KEPT || this.#sinceBytes > most) this.encodeSince()
    this.#onDelta(delta, origin)
  }

  #rebuild(): void {
    this.#doc.destroy()
    this.#doc = this.#create()
    this.#isSilent = true
    applyUpdate(this.#doc, mergeUpdates([this.#base, ...this.#since]))
    this.#isSilent = false
  }

  /** Takes what is stored. What it builds on may be missing still: it is kept, and tried again. */
  #adopt(updates: readonly Uint8Array[], origin: unknown): void {
    const update = mergeUpdates([...updates])
    this.#run((doc) => applyUpdate(doc, update, origin), origin)
    this.#orphans = this.#takePending()
  }

  #sizeWith(update: Uint8Array): number {
    return this.#base.length + this.#sinceBytes + update.length
  }

  /** Takes out what waits for something that is missing. */
  #takePending(): Uint8Array | undefined {
    const { pendingStructs, pendingDs } = this.#doc.store
    this.#dropPending()
    const parts = [pendingStructs?.update, pendingDs].filter((part) => part instanceof Uint8Array)
    return parts.length > 0 ? convertUpdateFormatV2ToV1(mergeUpdatesV2(parts)) : undefined
  }

  /** The same, for what will come again when it is asked for: it must not pile up. */
  #dropPending(): boolean {
    const { store } = this.#doc
    const hasPending = store.pendingStructs !== null || store.pendingDs !== null
    store.pendingStructs = null
    store.pendingDs = null
    return hasPending
  }

  #forget(): void {
    this.#since = []
    this.#sinceBytes = 0
  }

  #create(): Doc {
    const doc = new Doc()
    doc.on('update', (delta: Uint8Array, origin: unknown) => {
      if (this.#isSilent) return
      if (this.#collected) this.#collected.push({ delta, origin })
      else this.#commit(delta, origin)
    })
    return doc
  }
}

function partsOf({ snapshot, changes }: StoredDocument): Uint8Array[] {
  return [snapshot ?? EMPTY, ...changes]
}
