import type { MaybePromise } from '../async/maybe-promise.js'

/**
 * Remembers which keys of idempotency have been used, and for what. Several processes that share one
 * publish each key once between them.
 */
export interface PublishLedger {
  /**
   * Takes a key, in one step: of several who ask at once, one gets it.
   *
   * @param fingerprint says what it is used for
   * @returns `undefined` for who gets it; for others the fingerprint that it was taken with
   */
  claim(key: string, fingerprint: string): MaybePromise<string | undefined>
  /** Gives a key back whose push was not published. */
  release(key: string): MaybePromise<void>
}

/** The keys of this process: the last so many. */
export class MemoryPublishLedger implements PublishLedger {
  readonly #remember: number
  readonly #fingerprints = new Map<string, string>()

  /**
   * @param remember how many keys; default: 10,000
   * @throws TypeError when that is no whole number from 1
   */
  constructor(remember = 10_000) {
    if (!(Number.isInteger(remember) && remember >= 1)) {
      throw new TypeError('MemoryPublishLedger: remember is a whole number from 1')
    }
    this.#remember = remember
  }

  claim(key: string, fingerprint: string): string | undefined {
    const before = this.#fingerprints.get(key)
    if (before !== undefined) return before
    this.#fingerprints.set(key, fingerprint)
    if (this.#fingerprints.size > this.#remember) {
      this.#fingerprints.delete(this.#fingerprints.keys().next().value as string)
    }
    return undefined
  }

  release(key: string): void {
    this.#fingerprints.delete(key)
  }
}
