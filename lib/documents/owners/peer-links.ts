import type { Clock, ClockTimer } from '../../async/clock.js'
import { guarded, isPromise } from '../../async/maybe-promise.js'
import type { PublishResult, WsBroadcastTransport } from '../../transports/broadcast-transport.js'
import { PeerLink, type LinkEnd } from './peer-link.js'
import type { DocumentOwnerCounters } from './owner-counters.js'
import {
  channelOfPeer,
  readPeerMessage,
  writePeerMessage,
  type PeerMessage,
} from './peer-messages.js'

/** Links that are over, and are known again should something of them come late. */
const MAX_PAST = 1_000

/** What the links of a process work with. */
export interface PeerLinksParts {
  readonly transport: WsBroadcastTransport
  readonly clock: Clock
  /** Milliseconds between two signs of life. */
  readonly beat: number
  /** Who hears of links that others begin, and of those that this process begins. */
  readonly ends: Readonly<Record<'accepted' | 'begun', (link: PeerLink) => LinkEnd>>
  readonly counters: Pick<DocumentOwnerCounters, 'sent' | 'received' | 'malformed'>
  readonly onFault: (error: unknown) => void
}

/** The links of this process with the others, over a broadcast transport. */
export class PeerLinks {
  readonly node = crypto.randomUUID()
  readonly #parts: PeerLinksParts
  readonly #links = new Map<string, PeerLink>()
  /** Of those that this process began, by the other process. */
  readonly #begun = new Map<string, PeerLink>()
  readonly #past = new Set<string>()
  #listening: Promise<void> | undefined
  #timer: ClockTimer | undefined
  #isClosed = false

  constructor(parts: PeerLinksParts) {
    this.#parts = parts
  }

  /** Begins to hear the others; rejects when the transport cannot, and may be tried again then. */
  listen(): Promise<void> {
    this.#listening ??= this.#listen()
    return this.#listening
  }

  /** The link to a process. */
  to(peer: string): PeerLink {
    const known = this.#begun.get(peer)
    if (known) return known
    const link = this.#add(crypto.randomUUID(), peer, 'begun')
    this.#begun.set(peer, link)
    return link
  }

  /** A process has ended, for certain: nobody has to wait for its silence. */
  gone(node: string): void {
    for (const link of [...this.#links.values()]) if (link.peer === node) link.close()
  }

  /** Ends all links, and hears nothing more. Never rejects. */
  async close(): Promise<void> {
    this.#isClosed = true
    for (const link of [...this.#links.values()]) link.close()
    this.#parts.clock.clearTimeout(this.#timer)
    if (!this.#listening) return
    await this.#listening.catch(() => undefined)
    await guarded(
      () => this.#parts.transport.unsubscribe(channelOfPeer(this.node)),
      (error) => this.#parts.onFault(error),
    )
  }

  async #listen(): Promise<void> {
    try {
      await this.#parts.transport.subscribe(channelOfPeer(this.node), (payload) =>
        this.#receive(payload),
      )
    } catch (error) {
      this.#listening = undefined
      throw error
    }
  }

  #receive(payload: string): void {
    let message: PeerMessage
    try {
      message = readPeerMessage(payload)
    } catch (error) {
      this.#parts.counters.malformed++
      this.#parts.onFault(error)
      return
    }
    this.#parts.counters.received++
    if (this.#isClosed) return
    const { link: id, from, seq } = message
    const known = this.#links.get(id)
    if (known) known.receive(message)
    else if (seq === 1 && !this.#past.has(id)) this.#add(id, from, 'accepted').receive(message)
    // Something went before, and this process knows nothing of it.
    else if (seq !== 0) this.#tell(from, { link: id, seq: 0, items: [], texts: [] })
  }

  #add(id: string, peer: string, side: 'accepted' | 'begun'): PeerLink {
    const { clock, beat, ends } = this.#parts
    const link: PeerLink = new PeerLink(
      {
        ...{ id, peer, beat, now: () => clock.now(), defer: (run) => clock.setImmediate(run) },
        send: (message) => this.#publish(link, message),
        onOver: () => this.#forget(link),
      },
      ends[side],
    )
    this.#links.set(id, link)
    if (!this.#isClosed) this.#timer ??= this.#beatLater()
    return link
  }

  #forget(link: PeerLink): void {
    this.#links.delete(link.id)
    if (this.#begun.get(link.peer) === link) this.#begun.delete(link.peer)
    this.#past.add(link.id)
    if (this.#past.size > MAX_PAST) this.#past.delete(this.#past.values().next().value as string)
  }

  /** @throws when the transport does not take it */
  #publish(link: PeerLink, message: Omit<PeerMessage, 'from'>): void {
    const { transport } = this.#parts
    const payload = writePeerMessage({ from: this.node, ...message })
    this.#parts.counters.sent++
    const result = transport.publish(channelOfPeer(link.peer), payload)
    if (isPromise<void | PublishResult>(result)) {
      Promise.resolve(result).then(
        (told) => told?.accepted === false && link.close(),
        () => link.close(),
      )
    } else if (result?.accepted === false) throw new Error('The transport does not take it')
  }

  #tell(peer: string, message: Omit<PeerMessage, 'from'>): void {
    const payload = writePeerMessage({ from: this.node, ...message })
    this.#parts.counters.sent++
    void guarded(
      () => this.#parts.transport.publish(channelOfPeer(peer), payload),
      // Who hears nothing gives up by itself.
      () => undefined,
    )
  }

  #beatLater(): ClockTimer {
    return this.#parts.clock
      .setTimeout(() => {
        for (const link of [...this.#links.values()]) link.beat()
        for (const link of [...this.#begun.values()]) if (link.isIdle) link.close()
        this.#timer = this.#links.size > 0 ? this.#beatLater() : undefined
      }, this.#parts.beat)
      .unref()
  }
}
