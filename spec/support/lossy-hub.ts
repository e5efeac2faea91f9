import type { WsBroadcastTransport } from 'enfilade'

type Handler = (payload: string) => void

/** What becomes of one message to one subscriber. */
export type Fate = 'arrives' | 'is lost' | 'is doubled' | 'is late'

/** A broker of one process whose messages have the fate that the spec gives them. */
export class LossyHub {
  /** The fate of every message to every subscriber. */
  fate: (channel: string, payload: string) => Fate = () => 'arrives'
  /** Every payload that was published to a channel, by channel. */
  readonly published: { channel: string; payload: string }[] = []
  readonly #transports = new Set<HubTransport>()
  readonly #late: (() => void)[] = []

  connect(): HubTransport {
    const transport = new HubTransport(this)
    this.#transports.add(transport)
    return transport
  }

  /** Hands over all that is late, the last first. */
  release(): void {
    for (const hand of this.#late.splice(0).reverse()) hand()
  }

  publish(from: HubTransport, channel: string, payload: string): void {
    if (from.isCut) return
    this.published.push({ channel, payload })
    // Later in this turn, as a broker would.
    queueMicrotask(() => {
      for (const to of this.#transports) this.#hand(to, channel, payload)
    })
  }

  #hand(to: HubTransport, channel: string, payload: string): void {
    const handler = to.handlers.get(channel)
    if (!handler || to.isCut) return
    const hand = (): void => handler(payload)
    const fate = this.fate(channel, payload)
    if (fate === 'is late') this.#late.push(hand)
    else if (fate !== 'is lost') hand()
    if (fate === 'is doubled') hand()
  }
}

/** One process's way to a `LossyHub`: the three methods, and nothing more. */
export class HubTransport implements WsBroadcastTransport {
  readonly handlers = new Map<string, Handler>()
  /** Nothing gets through, either way, and nobody is told: its process is dead, or the network is. */
  isCut = false
  readonly #hub: LossyHub

  constructor(hub: LossyHub) {
    this.#hub = hub
  }

  publish(channel: string, payload: string): void {
    this.#hub.publish(this, channel, payload)
  }

  subscribe(channel: string, handler: Handler): void {
    this.handlers.set(channel, handler)
  }

  unsubscribe(channel: string): void {
    this.handlers.delete(channel)
  }
}
