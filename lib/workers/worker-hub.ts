import type { BroadcastDriver, BrokerMessage } from '../transports/managed/broadcast-driver.js'

/** Hands messages to one subscriber. */
export type HubDelivery = (messages: readonly BrokerMessage[]) => void

/** Carries broadcasts between the workers of a supervisor: the broker is its own process. */
export class WorkerHub {
  readonly #spaces = new Map<number, Map<string, Set<HubEndpoint>>>()

  /** How many channels have a subscriber. */
  get channels(): number {
    return [...this.#spaces.values()].reduce((sum, channels) => sum + channels.size, 0)
  }

  /** @param space whose broadcasts: those of one are not heard in another */
  connect(space: number, deliver: HubDelivery): HubEndpoint {
    const channels = this.#spaces.get(space) ?? new Map<string, Set<HubEndpoint>>()
    this.#spaces.set(space, channels)
    return new HubEndpoint(channels, deliver)
  }

  /** Connects the supervisor's own process. */
  driver(space: number): BroadcastDriver {
    return {
      connect: (events) => {
        // Later in this turn, as from another process: a publisher never runs its subscribers' code.
        const endpoint = this.connect(space, (messages) =>
          queueMicrotask(() => {
            for (const { channel, payload } of messages) events.message(channel, payload)
          }),
        )
        return Promise.resolve({
          publish: (messages) => {
            endpoint.publish(messages)
            return Promise.resolve([])
          },
          subscribe: (channels) => {
            endpoint.subscribe(channels)
            return Promise.resolve()
          },
          unsubscribe: (channels) => {
            endpoint.unsubscribe(channels)
            return Promise.resolve()
          },
          ping: () => Promise.resolve(),
          close: () => endpoint.close(),
        })
      },
    }
  }
}

/** One who publishes and subscribes. */
export class HubEndpoint {
  readonly #hub: Map<string, Set<HubEndpoint>>
  readonly #deliver: HubDelivery
  readonly #own = new Set<string>()

  constructor(hub: Map<string, Set<HubEndpoint>>, deliver: HubDelivery) {
    this.#hub = hub
    this.#deliver = deliver
  }

  subscribe(channels: readonly string[]): void {
    for (const channel of channels) {
      this.#own.add(channel)
      const endpoints = this.#hub.get(channel)
      if (endpoints) endpoints.add(this)
      else this.#hub.set(channel, new Set([this]))
    }
  }

  unsubscribe(channels: Iterable<string>): void {
    for (const channel of channels) {
      this.#own.delete(channel)
      const endpoints = this.#hub.get(channel)
      endpoints?.delete(this)
      if (endpoints?.size === 0) this.#hub.delete(channel)
    }
  }

  /** Hands messages to the others, to each all of its own at once and in order. */
  publish(messages: readonly BrokerMessage[]): void {
    const meant = new Map<HubEndpoint, BrokerMessage[]>()
    for (const message of messages) {
      for (const endpoint of this.#hub.get(message.channel) ?? []) {
        if (endpoint === this) continue
        const list = meant.get(endpoint)
        if (list) list.push(message)
        else meant.set(endpoint, [message])
      }
    }
    for (const [endpoint, list] of meant) endpoint.#deliver(list)
  }

  close(): void {
    this.unsubscribe([...this.#own])
  }
}
