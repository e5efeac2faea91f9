import { WsClientError } from '../client/ws-client-error.js'
import type { WsFrame } from '../protocol/codec.js'
import type { WsMessage, WsMessageId, WsPush, WsReply } from '../protocol/records.js'
import { RESERVED_PREFIX, RESERVED_PUSH, RESUME_EVENT } from '../protocol/reserved-events.js'
import type { WsResumed, WsWelcome } from '../protocol/v1.js'
import { LiveConnection } from '../runtime/live-connection.js'
import type { WsConnection } from '../runtime/ws-connection.js'
import type { ClientLink, TestClose } from './client-link.js'
import { within } from './patience.js'
import { matchPush, namePush, PushInbox, type PushMatch } from './push-inbox.js'
import { RoomPositions } from './room-positions.js'
import type { TestCodec } from './test-codec.js'
import { TestWaitError } from './test-wait-error.js'

/** What a client works with. */
export interface TestClientParts {
  /** Opens another socket, as the first was. Rejects with a `TestConnectError`. */
  readonly dial: (read: (frame: WsFrame) => void) => Promise<ClientLink>
  readonly codec: TestCodec
  /** Done when the app is at rest. */
  readonly settle: () => Promise<void>
  /** Milliseconds of real time to wait for what does not come. */
  readonly patience: number
}

/** How {@link TestClient.drop} goes about it. */
export interface DropOptions {
  /**
   * Whether the server hears of it at once, as when a process dies. Else it finds out when
   * `idleTimeout` is over, as when a cable is cut. Default: true.
   */
  readonly noticed?: boolean
}

interface PendingCall {
  readonly resolve: (data: unknown) => void
  readonly reject: (error: Error) => void
}

/**
 * A client of a test app. It speaks the wire and does nothing by itself: it does not reconnect, answer,
 * or enter rooms. Waits that are in vain reject after `patience`, with what came instead.
 */
export class TestClient {
  /** Every push so far, `$` events apart, also those that `nextPush` has handed out. */
  readonly pushes: WsPush[] = []
  /** Every record so far as it was on the wire: pushes, `$` events and replies, in order. */
  readonly records: unknown[] = []
  readonly #parts: TestClientParts
  readonly #inbox = new PushInbox()
  readonly #calls = new Map<WsMessageId, PendingCall>()
  readonly #positions = new RoomPositions()
  #link: ClientLink
  /** The one to continue. */
  #session: string | undefined
  /** The one that the server gave the present socket. */
  #offered: string | undefined
  #lastId = 0

  private constructor(parts: TestClientParts, link: ClientLink) {
    this.#parts = parts
    this.#link = link
  }

  /** @internal */
  static async open(parts: TestClientParts): Promise<TestClient> {
    // Frames come in later turns, when there is a client to read them.
    const link = await parts.dial((frame) => client.#receive(link, frame))
    const client: TestClient = new TestClient(parts, link)
    client.#watch(link)
    return client
  }

  /** Whether neither side has closed. */
  get isOpen(): boolean {
    return this.#link.end === undefined
  }

  /** How it ended, once it has; after `resume` that of the new socket. */
  get closed(): Promise<TestClose> {
    return this.#link.closed
  }

  /** The sub-protocol that the server chose; empty for none. */
  get protocol(): string {
    return this.#link.subprotocol
  }

  /** The connection as the server has it. */
  get connection(): WsConnection {
    const { enfilade } = this.#link.socket as unknown as { readonly enfilade?: unknown }
    if (enfilade instanceof LiveConnection) return enfilade
    throw new Error('connection: the server has none for this client')
  }

  /**
   * Sends a message with an id.
   *
   * @returns the reply, as a promise that rejects with a `WsClientError` for an error reply, and with
   * 503 when the connection is lost before; with a `TestWaitError` when none comes
   */
  call<Reply = unknown>(event: string, path: string, data?: unknown): Promise<Reply> {
    const id = ++this.#lastId
    const reply = new Promise<unknown>((resolve, reject) => {
      this.#calls.set(id, { resolve, reject })
      if (this.isOpen) this.#send({ event, path, data, id })
      else this.#failCalls()
    })
    const { patience } = this.#parts
    const late = `No reply to "${event}" on "${path}" has come for ${patience} ms of real time. `
    const hint = 'If its handler waits for time to pass, advance app.clock.'
    return within(reply, patience, () => this.#waitError(late + hint)) as Promise<Reply>
  }

  /**
   * Sends a message without an id.
   *
   * @throws WsClientError 503 when the connection is over
   */
  send(event: string, path: string, data?: unknown): void {
    this.#mustBeOpen()
    this.#send({ event, path, data })
  }

  /**
   * Sends a frame as it is: text, or bytes.
   *
   * @throws WsClientError 503 when the connection is over
   */
  sendRaw(frame: WsFrame): void {
    this.#mustBeOpen()
    this.#link.socket?.receive(frame)
  }

  /**
   * The next push that has not been handed out yet: here already, or still to come. Others stay for
   * later calls.
   *
   * @param event its event, or a function that says which is meant. Default: any but `$` events
   * @param path its path. Default: any
   * @returns a promise that rejects with a `TestWaitError` when none comes
   */
  nextPush(event?: string | PushMatch, path?: string): Promise<WsPush> {
    const match = typeof event === 'function' ? event : matchPush(event, path)
    const name = typeof event === 'function' ? 'a push that matches' : namePush(event, path)
    const known = this.#inbox.take(match)
    if (known) return Promise.resolve(known)
    const { patience } = this.#parts
    let stop: () => void = () => undefined
    const next = new Promise<WsPush>((resolve, reject) => {
      stop = this.#inbox.wait(match, resolve)
      void this.closed.then(({ code, reason }) => {
        stop()
        reject(this.#waitError(`The connection ended (${code} ${reason}) before ${name} came.`))
      })
    })
    return within(next, patience, () => {
      stop()
      const hint = 'If the app waits for time to pass, advance app.clock.'
      return this.#waitError(`Waited ${patience} ms of real time in vain for ${name}. ${hint}`)
    })
  }

  /** Closes in order. @returns how it ended, when the server has taken leave of it */
  async close(code = 1000, reason = ''): Promise<TestClose> {
    if (this.isOpen) this.#link.socket?.closeByPeer(code, reason)
    await this.#parts.settle()
    return this.closed
  }

  /**
   * Loses the network: no close frame, and what was on its way is gone.
   *
   * @returns done when the server has noticed, if it is to
   */
  async drop({ noticed = true }: DropOptions = {}): Promise<void> {
    this.#link.cut(noticed)
    await this.#parts.settle()
  }

  /** Stops reading: what the server sends waits there, as for a slow client. */
  stall(): void {
    this.#link.socket?.stall()
  }

  /** Reads on. */
  unstall(): void {
    this.#link.socket?.unstall()
  }

  /**
   * Comes back after a loss, or beside the former socket: connects again and sends `$resume` with what
   * it has seen of its rooms. It goes on as the same client when the server knows the session.
   *
   * @returns what the server said, as a promise that rejects with a `TestConnectError` when it is not
   * let in, and as {@link call} does
   * @throws Error when it does not speak `enfilade.v1`, as a rejection
   */
  resume(): Promise<WsResumed> {
    const done = this.#resume()
    // Time may have to pass before anybody looks.
    done.catch(() => undefined)
    return done
  }

  async #resume(): Promise<WsResumed> {
    const session = this.#session
    if (session === undefined) {
      throw new Error('resume: there is no session; connect with the protocol enfilade.v1')
    }
    const rooms = this.#positions.all()
    const link = await this.#parts.dial((frame) => this.#receive(link, frame))
    const former = this.#link
    this.#link = link
    this.#failCalls()
    this.#watch(link)
    const reply = this.call<WsResumed>(RESUME_EVENT, '/', { session, rooms })
    // One that is continued has been closed by the server.
    const resumed = await reply.finally(() => former.end ?? former.socket?.closeByPeer(1000, ''))
    if (!resumed.resumed) {
      this.#session = this.#offered
      this.#positions.clear()
    }
    for (const [room, verdict] of Object.entries(resumed.rooms ?? {})) {
      if (verdict === 'refused') this.#positions.leave(room)
    }
    return resumed
  }

  #watch(link: ClientLink): void {
    void link.closed.then(() => {
      if (this.#link === link) this.#failCalls()
    })
  }

  #send(message: WsMessage): void {
    this.#link.socket?.receive(this.#parts.codec.encode(message))
  }

  #receive(link: ClientLink, frame: WsFrame): void {
    if (this.#link !== link) return
    const record = this.#read(frame)
    this.records.push(record)
    if (typeof record !== 'object' || record === null) return
    if ('event' in record) this.#push(record as WsPush)
    else if ('id' in record) this.#reply(record as WsReply)
  }

  /** What is no record of the wire is kept as it came. */
  #read(frame: WsFrame): unknown {
    try {
      return this.#parts.codec.decode(frame)
    } catch {
      return frame
    }
  }

  #push(push: WsPush): void {
    if (push.event === RESERVED_PUSH.WELCOME) {
      this.#offered = (push.data as WsWelcome).session
      this.#session ??= this.#offered
    }
    this.#positions.see(push)
    if (!push.event.startsWith(RESERVED_PREFIX)) this.pushes.push(push)
    this.#inbox.add(push)
  }

  #reply(reply: WsReply): void {
    const call = this.#calls.get(reply.id)
    this.#calls.delete(reply.id)
    if (!call) return
    if (!('error' in reply)) call.resolve(reply.data)
    else {
      const { code, message, details } = reply.error
      call.reject(new WsClientError(code, message, details))
    }
  }

  #failCalls(): void {
    const lost = this.#lost()
    for (const { reject } of this.#calls.values()) reject(lost)
    this.#calls.clear()
  }

  #lost(): WsClientError {
    const { end } = this.#link
    const how = end ? `${end.code} ${end.reason}`.trim() : 'replaced by resume'
    return new WsClientError(503, `The connection is over (${how})`)
  }

  #mustBeOpen(): void {
    if (!this.isOpen) throw this.#lost()
  }

  #waitError(message: string): TestWaitError {
    return new TestWaitError(message, this.#inbox.all)
  }
}
