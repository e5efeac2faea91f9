import type { BrokerMessage } from './broadcast-driver.js'

/** A channel of one's own, to see whether what is published arrives. */
export class LoopBack {
  readonly channel: string
  readonly #pings = new Map<string, () => void>()
  #last = 0

  /** @param prefix what the name of the channel starts with */
  constructor(prefix: string) {
    this.channel = prefix + crypto.randomUUID()
  }

  /** @returns whether the message was ours */
  heard(channel: string, payload: string): boolean {
    if (channel !== this.channel) return false
    // What was sent before has come, or never will: order is kept.
    for (const [token, done] of this.#pings) {
      this.#pings.delete(token)
      done()
      if (token === payload) break
    }
    return true
  }

  /** Done when a message has gone to the broker and come back; rejects when it cannot be sent. */
  async ping(publish: (message: BrokerMessage) => Promise<unknown>): Promise<void> {
    const payload = String(++this.#last)
    const arrived = new Promise<void>((resolve) => this.#pings.set(payload, resolve))
    await publish({ channel: this.channel, payload })
    await arrived
  }
}
