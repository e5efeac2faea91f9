import { report } from '../platform.js'
import type { DocumentReplica } from './document-replica.js'
import type { KeptDocument, ReplicaEdits } from './document-store.js'
import type { PendingPush } from './pending-pushes.js'
import type { ReplicaState } from './replica-options.js'

/** How long records are gathered before they are kept, in milliseconds. */
const INTERVAL = 1_000

/** How much longer than the last save took it is to the next, so that a large document leaves time to work. */
const RATIO = 20

interface PageEvents {
  addEventListener?(type: string, listener: () => void): void
  removeEventListener?(type: string, listener: () => void): void
}

/** Keeps a replica in a store: edits as they are made, records now and then. */
export class DocumentKeeper {
  readonly #kept: KeptDocument
  readonly #replica: () => DocumentReplica
  readonly #onHide = (): void => void this.#save()
  #timer: ReturnType<typeof setTimeout> | undefined
  #saving = Promise.resolve()
  #isSavingEdits = false
  #isNoting = false
  #needsEdits = false
  /** How many edits were not safe when it last heard of them. */
  #pending = 0
  /** Edits that are kept, and are not in the records that are kept, be they safe or not. */
  #unkept: readonly PendingPush[] = []
  #cost = 0
  #isOver = false

  constructor(kept: KeptDocument, replica: () => DocumentReplica) {
    this.#kept = kept
    this.#replica = replica
    // The last that a page hears for sure.
    ;(globalThis as PageEvents).addEventListener?.('pagehide', this.#onHide)
  }

  /** Records have changed. */
  changed(): void {
    if (this.#isOver || this.#timer !== undefined) return
    const wait = Math.max(INTERVAL, this.#cost * RATIO)
    this.#timer = setTimeout(() => void this.#save(), wait)
  }

  /** Something was edited, or has become safe. */
  edited(): void {
    const { pending } = this.#replica()
    // What is safe now has to be in the records before it may go as an edit.
    if (pending < this.#pending) this.changed()
    this.#pending = pending
    this.#needsEdits = true
    if (this.#isOver) return
    // Before an answer can come: what becomes safe while others are saved would not be seen again.
    if (!this.#isNoting) queueMicrotask(() => this.#note(this.#replica().edits()))
    this.#isNoting = true
    if (this.#isSavingEdits) return
    this.#isSavingEdits = true
    // After what the page does now: a drag makes many.
    this.#saving = this.#saving.then(() => this.#saveEdits())
  }

  /** The server refused a transaction: it is not to be sent again. */
  refused(ops: PendingPush['ops']): void {
    this.#unkept = this.#unkept.filter((push) => push.ops !== ops)
    this.edited()
  }

  /** Keeps everything, and lets go. */
  async close(): Promise<void> {
    if (this.#isOver) return
    await this.#save()
    this.#end()
  }

  /** Forgets everything, and lets go. */
  async remove(): Promise<void> {
    this.#end()
    await this.#saving
    await this.#kept.remove()
  }

  #end(): void {
    this.#isOver = true
    clearTimeout(this.#timer)
    ;(globalThis as PageEvents).removeEventListener?.('pagehide', this.#onHide)
    void this.#saving.then(() => this.#kept.release())
  }

  async #saveEdits(): Promise<void> {
    while (this.#needsEdits && !this.#isOver) {
      this.#needsEdits = false
      const edits = this.#replica().edits()
      this.#note(edits)
      await this.#guard(this.#kept.saveEdits({ ...edits, pending: this.#unkept }))
    }
    this.#isSavingEdits = false
  }

  #note({ pending }: ReplicaEdits): void {
    this.#isNoting = false
    const numbers = new Set(pending.map(({ n }) => n))
    const safe = this.#unkept.filter(({ n }) => !numbers.has(n))
    this.#unkept = [...safe, ...pending]
  }

  #save(): Promise<void> {
    if (this.#isOver) return this.#saving
    clearTimeout(this.#timer)
    this.#timer = undefined
    const begun = performance.now()
    // At once, not behind others: a page that is left waits for nothing.
    const state = this.#replica().state()
    const saved = this.#guard(this.#kept.save(state).then(() => this.#keptAll(state)))
    this.#saving = Promise.all([this.#saving, saved]).then(() => {
      this.#cost = performance.now() - begun
    })
    return this.#saving
  }

  /** The records are kept with all that was safe by then. */
  #keptAll({ next, pending }: ReplicaState): void {
    const numbers = new Set(pending.map(({ n }) => n))
    this.#unkept = this.#unkept.filter(({ n }) => n >= next || numbers.has(n))
  }

  /** A full disk, or a database that was deleted, ends nothing. */
  async #guard(work: Promise<void>): Promise<void> {
    try {
      await work
    } catch (error) {
      report(error)
    }
  }
}
