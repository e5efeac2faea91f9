import type { WsFrame } from '../../protocol/codec.js'

/** What receives what is published. */
interface Subscriber {
  send(frame: WsFrame, isBinary?: boolean): number
}

/** Who hears what. */
export class Topics {
  readonly #topics = new Map<string, Set<Subscriber>>()

  has(topic: string, subscriber: Subscriber): boolean {
    return this.#topics.get(topic)?.has(subscriber) ?? false
  }

  subscribe(topic: string, subscriber: Subscriber): boolean {
    const subscribers = this.#topics.get(topic)
    if (subscribers) subscribers.add(subscriber)
    else this.#topics.set(topic, new Set([subscriber]))
    return true
  }

  unsubscribe(topic: string, subscriber: Subscriber): boolean {
    const subscribers = this.#topics.get(topic)
    const wasIn = subscribers?.delete(subscriber) ?? false
    if (subscribers?.size === 0) this.#topics.delete(topic)
    return wasIn
  }

  /** Somebody is gone. */
  forget(subscriber: Subscriber): void {
    for (const topic of [...this.#topics.keys()]) this.unsubscribe(topic, subscriber)
  }

  /** @returns whether there was anybody to hear it */
  publish(topic: string, frame: WsFrame, isBinary: boolean, except?: Subscriber): boolean {
    let isHeard = false
    for (const subscriber of [...(this.#topics.get(topic) ?? [])]) {
      if (subscriber === except) continue
      isHeard = true
      subscriber.send(frame, isBinary)
    }
    return isHeard
  }
}
