import { addressKey } from '../runtime/address-key.js'

/** How many connections and pending upgrades there are from each address. */
export class IpCounts {
  readonly #counts = new Map<string, number>()

  constructor(private readonly limit: number) {}

  /** @returns whether there was room */
  take(address: string): boolean {
    const key = addressKey(address)
    const count = this.#counts.get(key) ?? 0
    if (count >= this.limit) return false
    this.#counts.set(key, count + 1)
    return true
  }

  give(address: string): void {
    const key = addressKey(address)
    const count = this.#counts.get(key) ?? 0
    if (count > 1) this.#counts.set(key, count - 1)
    else this.#counts.delete(key)
  }
}
