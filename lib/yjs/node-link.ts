import { randomUUID } from 'node:crypto'
import { guarded, isPromise } from '../async/maybe-promise.js'
import type { DocumentTimers } from '../documents/document-timers.js'
import type { WsBroadcastTransport } from '../transports/broadcast-transport.js'
import type { RemoteEntry } from './awareness-board.js'
import { readNodeFrame, readPayload, splitNodeFrame, type NodeFrame } from './node-frames.js'

/** How often a process says that it is there, in milliseconds; after three times in silence it is not. */
const BEAT_INTERVAL = 10_000
const MAX_SILENCE = 3

/** How long one waits before it asks again for what it lost, in milliseconds. */
const HELLO_INTERVAL = 500

/** What is put together of a frame in parts, in UTF-16 units. */
const MAX_FRAME = 256 * 1024 * 1024

/** What a link needs of its engine. */
export interface LinkHost {
  readonly timers: DocumentTimers
  vector(): Uint8Array
  since(vector: Uint8Array): Uint8Array
  /** What the sessions of this process show. */
  entries(): readonly RemoteEntry[]
  /** @returns whether it could be merged as a whole */
  merge(update: Uint8Array): boolean
  show(node: string, entries: readonly RemoteEntry[]): void
  left(node: string): void
  report(error: unknown): void
}

interface Peer {
  /** The number of the last payload. */
  n: number
  parts: string
  silence: number
}

/**
 * Connects a document with the same document in other processes. What the transport loses is seen by
 * the numbers of payloads, at the latest with the next beat, and asked for again.
 */
export class NodeLink {
  readonly #id = randomUUID()
  readonly #transport: WsBroadcastTransport
  readonly #channel: string
  readonly #host: LinkHost
  readonly #peers = new Map<string, Peer>()
  #n = 0
  #beat: unknown
  #hello: unknown
  #isOpen = true
  #opening: Promise<void> | undefined

  constructor(transport: WsBroadcastTransport, path: string, host: LinkHost) {
    this.#transport = transport
    this.#channel = `ws:document:${path}`
    this.#host = host
  }

  /** Begins to listen, then asks what there is. */
  open(): void {
    this.#opening = this.#open()
  }

  /** Says that something has changed here. */
  sendUpdate(update: Uint8Array): void {
    // Whoever is alone has nobody to tell; who comes asks.
    if (this.#peers.size > 0) this.#publish({ kind: 'update', update: base64(update) })
  }

  /** Says what sessions of this process show. */
  sendEntries(entries: readonly RemoteEntry[]): void {
    if (this.#peers.size > 0 && entries.length > 0) this.#publish({ kind: 'awareness', entries })
  }

  /** Takes leave. */
  async close(): Promise<void> {
    if (!this.#isOpen) return
    this.#publish({ kind: 'bye' })
    this.#isOpen = false
    for (const timer of [this.#beat, this.#hello]) {
      if (timer !== undefined) this.#host.timers.clear(timer)
    }
    await this.#opening
    await guarded(
      () => this.#transport.unsubscribe(this.#channel),
      (error) => this.#host.report(error),
    )
  }

  async #open(): Promise<void> {
    try {
      await this.#transport.subscribe(this.#channel, (payload) => this.#received(payload))
    } catch (error) {
      this.#host.report(error)
      this.#wait(() => this.open())
      return
    }
    if (!this.#isOpen) return
    this.#sayHello()
    this.#schedule()
  }

  #schedule(): void {
    this.#beat = this.#host.timers.set(() => {
      for (const [id, peer] of this.#peers) if (++peer.silence > MAX_SILENCE) this.#forget(id)
      this.#publish({ kind: 'beat' })
      this.#schedule()
    }, BEAT_INTERVAL)
  }

  #wait(work: () => void): void {
    if (!this.#isOpen) return
    this.#hello ??= this.#host.timers.set(() => {
      this.#hello = undefined
      work()
    }, HELLO_INTERVAL)
  }

  #sayHello(): void {
    this.#publish({ kind: 'hello', vector: base64(this.#host.vector()) })
    this.#publish({ kind: 'awareness', entries: this.#host.entries() })
  }

  #received(payload: string): void {
    if (!this.#isOpen) return
    try {
      const { from, n, part, isLast } = readPayload(payload)
      if (from === this.#id) return
      const peer = this.#peerOf(from, n, part)
      if (!peer) return
      peer.parts = peer.parts.length + part.length > MAX_FRAME ? '' : peer.parts + part
      if (!isLast) return
      const text = peer.parts
      peer.parts = ''
      this.#handle(from, readNodeFrame(text))
    } catch (error) {
      this.#host.report(error)
      this.#wait(() => this.#sayHello())
    }
  }

  /** @returns `undefined` for what came before, or of which the beginning is missing */
  #peerOf(from: string, n: number, part: string): Peer | undefined {
    const known = this.#peers.get(from)
    const isBeat = part === BEAT
    if (known && n <= known.n) {
      known.silence = 0
      return undefined
    }
    const peer = known ?? { n, parts: '', silence: 0 }
    // An answer is how one gets to know those who were there before.
    const isIntroduction = n === 1 || part.startsWith(ANSWER_START)
    const isMissing = known ? n !== known.n + 1 || isBeat : isBeat || !isIntroduction
    this.#peers.set(from, peer)
    peer.n = n
    peer.silence = 0
    if (isMissing) {
      peer.parts = ''
      this.#wait(() => this.#sayHello())
      // The rest of a frame makes no sense without its beginning.
      if (!part.startsWith(FRAME_START)) return undefined
    }
    return peer
  }

  #handle(from: string, frame: NodeFrame): void {
    switch (frame.kind) {
      case 'hello':
        this.#answer(from, frame.vector)
        this.#publish({ kind: 'awareness', entries: this.#host.entries() })
        return
      case 'answer':
        if (frame.to !== this.#id) return
        this.#host.merge(bytes(frame.update))
        this.#publish({ kind: 'update', update: base64(this.#host.since(bytes(frame.vector))) })
        return
      case 'update':
        if (!this.#host.merge(bytes(frame.update))) this.#wait(() => this.#sayHello())
        return
      case 'awareness':
        this.#host.show(from, frame.entries)
        return
      case 'bye':
        this.#forget(from)
        return
      case 'beat':
    }
  }

  #answer(to: string, vector: string): void {
    const update = base64(this.#host.since(bytes(vector)))
    this.#publish({ kind: 'answer', to, update, vector: base64(this.#host.vector()) })
  }

  #forget(id: string): void {
    this.#peers.delete(id)
    this.#host.left(id)
  }

  #publish(frame: NodeFrame): void {
    if (!this.#isOpen) return
    const parts = frame.kind === 'beat' ? [BEAT] : splitNodeFrame(frame)
    parts.forEach((part, index) => {
      if (frame.kind !== 'beat') this.#n++
      const isLast = index === parts.length - 1
      const payload = JSON.stringify({ from: this.#id, n: this.#n, part, isLast })
      void guarded(
        () => {
          const published: unknown = this.#transport.publish(this.#channel, payload)
          return isPromise(published) ? published.then(() => undefined) : undefined
        },
        (error) => this.#host.report(error),
      )
    })
  }
}

const BEAT = JSON.stringify({ kind: 'beat' } satisfies NodeFrame)
const FRAME_START = '{"kind":'
const ANSWER_START = `${FRAME_START}"answer"`

const base64 = (data: Uint8Array): string => Buffer.from(data).toString('base64')
const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'base64'))
