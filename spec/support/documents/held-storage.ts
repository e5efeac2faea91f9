import type {
  DocumentStorage,
  StoredDocument,
} from '../../../lib/documents/storage/document-storage.js'
import { defer, type Deferred } from '../deadline.js'

/** A storage whose appends are kept when they are told to be; a crash loses the others. */
export class HeldStorage implements DocumentStorage {
  snapshot: Uint8Array | undefined
  changes: Uint8Array[] = []
  readonly #held: { run: () => void; done: Deferred<void> }[] = []
  #isDead = false

  constructor(earlier?: StoredDocument) {
    this.snapshot = earlier?.snapshot
    this.changes = [...(earlier?.changes ?? [])]
  }

  get waiting(): number {
    return this.#held.length
  }

  load(): Promise<StoredDocument> {
    return Promise.resolve({ snapshot: this.snapshot, changes: [...this.changes] })
  }

  save(snapshot: Uint8Array): Promise<void> {
    return this.#hold(() => {
      this.snapshot = snapshot
      this.changes = []
    })
  }

  append(changes: readonly Uint8Array[]): Promise<void> {
    return this.#hold(() => this.changes.push(...changes))
  }

  /** Keeps what waits. */
  release(): void {
    for (const { run, done } of this.#held.splice(0)) {
      run()
      done.resolve()
    }
  }

  /** Fails what waits. */
  fail(error = new Error('disk full')): void {
    for (const { done } of this.#held.splice(0)) done.reject(error)
  }

  /** The process is gone: what comes later is not kept. Returns what a new one finds. */
  crash(): HeldStorage {
    this.#isDead = true
    return new HeldStorage({ snapshot: this.snapshot, changes: this.changes })
  }

  #hold(run: () => void): Promise<void> {
    const done = defer<void>()
    if (!this.#isDead) this.#held.push({ run, done })
    return done.promise
  }
}
