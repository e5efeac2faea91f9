import type { IncomingMessage } from 'node:http'
import { WebSocket, type RawData } from 'ws'
import { defer, within, type Deferred } from './deadline.js'
import { Inbox, type Match } from './inbox.js'
import { UpgradeRefused, WireError } from './wire-error.js'

/** A message the server sent by itself. */
export interface WirePush {
  event: string
  path: string
  params?: Record<string, string>
  data?: unknown
  seq?: number
}

/** An answer to a message with an id. */
export interface WireReply {
  id: string | number
  data?: unknown
  error?: { code: number; message: string; details?: unknown }
}

/** What a client sends along with its upgrade. */
export interface WireClientOptions {
  protocols?: string | string[]
  headers?: Record<string, string>
  origin?: string
  /** Believes any certificate when the address is `wss:`; true by default. */
  trustAnyone?: boolean
}

/** How the server ended the connection. */
export interface WireClose {
  code: number
  reason: string
}

/** Which pushes are meant: an event name, or a predicate. */
export type PushFilter = string | Match<WirePush>

interface Call {
  event: string
  path: string
  data?: unknown
}

interface Handler {
  event: string
  path: string
  handle: (push: WirePush) => void
}

interface PendingCall {
  deferred: Deferred<unknown>
  /** How many pushes had arrived when the reply came. */
  settle: (pushesBefore: number) => void
}

/**
 * A third-party client: written from the wire's description alone, on the `ws` package, so that it
 * shows what others meet. It shares no line with the client of this package, on purpose.
 */
export class WireClient {
  /** How it ended, once it has. */
  readonly closed: Promise<WireClose>
  /** Every push so far, also those `nextPush` has handed out. */
  readonly pushes: readonly WirePush[]
  /** Replies nobody asked for: a second one for the same id, or an id sent by `sendRaw`. */
  readonly strays: WireReply[] = []
  readonly #pushes = new Inbox<WirePush>('a push')
  readonly #raw = new Inbox<string>('a message')
  readonly #closed = defer<WireClose>()
  readonly #opened = defer<void>()
  readonly #calls = new Map<string | number, PendingCall>()
  #handlers: Handler[] = []
  #nextId = 1

  private constructor(private readonly socket: WebSocket) {
    this.closed = this.#closed.promise
    this.pushes = this.#pushes.all
    socket.on('open', () => this.#opened.resolve())
    socket.on('error', (error) => this.#opened.reject(error))
    socket.on('unexpected-response', (_request, response) => void this.#refused(response))
    // Listening before the socket is open: the first push may come with the upgrade's last bytes.
    socket.on('message', (data, isBinary) => this.#receive(data, isBinary))
    socket.on('close', (code, reason) => this.#finish({ code, reason: reason.toString() }))
  }

  /** Connects and waits until the socket is open. Rejects with `UpgradeRefused` when it is not. */
  static async connect(url: string, options: WireClientOptions = {}): Promise<WireClient> {
    const { protocols = [], headers, origin, trustAnyone = true } = options
    const socket = new WebSocket(url, protocols, {
      ...(headers && { headers }),
      ...(origin !== undefined && { origin }),
      rejectUnauthorized: !trustAnyone,
      perMessageDeflate: false,
    })
    const client = new WireClient(socket)
    await within(client.#opened.promise, `a WebSocket to ${url}`)
    return client
  }

  /** The subprotocol the server chose, `''` for none. */
  get protocol(): string {
    return this.socket.protocol
  }

  /** True until either side closes. */
  get isOpen(): boolean {
    return this.socket.readyState === WebSocket.OPEN
  }

  /** Sends a message with an id; resolves with the reply's data, rejects with its `WireError`. */
  call(event: string, path: string, data?: unknown): Promise<unknown> {
    return this.#call({ event, path, data }, () => undefined)
  }

  /** Sends a message without an id. */
  send(event: string, path: string, data?: unknown): void {
    this.sendRaw(JSON.stringify({ event, path, data }))
  }

  /** Sends a text (string) or binary (bytes) message as it is. */
  sendRaw(message: string | Uint8Array): void {
    this.socket.send(message)
  }

  /** Calls `handle` for pushes of an event on a path, or under `'/chat/*'`. Returns the way off. */
  on(event: string, path: string, handle: (push: WirePush) => void): () => void {
    const handler: Handler = { event, path, handle }
    this.#handlers.push(handler)
    return () => {
      this.#handlers = this.#handlers.filter((other) => other !== handler)
    }
  }

  /** The next push (that passes the filter), each handed out once; others stay for later calls. */
  nextPush(filter?: PushFilter, ms?: number): Promise<WirePush> {
    return this.#pushes.next({ match: matcher(filter), ...(ms !== undefined && { ms }) })
  }

  /** The next message of any kind as text (binary ones in latin1), each handed out once. */
  nextRaw(match?: Match<string>): Promise<string> {
    return this.#raw.next({ ...(match && { match }) })
  }

  /**
   * Makes a call and returns the pushes, not yet handed out, that arrived before its reply: the way
   * to expect that a push did *not* come, without waiting. An error reply is a barrier as well. The
   * order holds for pushes that one server process made earlier, not for those from elsewhere.
   */
  async pushesUntil(call: Call, filter?: PushFilter): Promise<WirePush[]> {
    let upTo = 0
    const reply = this.#call(call, (pushesBefore) => (upTo = pushesBefore))
    await reply.catch((error: unknown) => {
      if (!(error instanceof WireError)) throw error
    })
    return this.#pushes.take(matcher(filter), upTo)
  }

  /** Closes and waits for the end. */
  close(code?: number, reason?: string): Promise<WireClose> {
    this.socket.close(code, reason)
    return within(this.closed, 'the end of the connection after close()')
  }

  /** Drops the TCP connection, as a crash or a lost network would. */
  terminate(): void {
    this.socket.terminate()
  }

  /** Stops and starts reading, to play a slow consumer. */
  pause(): void {
    this.socket.pause()
  }

  /** See `pause`. */
  resume(): void {
    this.socket.resume()
  }

  #call({ event, path, data }: Call, settle: PendingCall['settle']): Promise<unknown> {
    const id = this.#nextId++
    const deferred = defer<unknown>()
    if (!this.isOpen) deferred.reject(new Error(`The socket is not open: ${event} was not sent`))
    else {
      this.#calls.set(id, { deferred, settle })
      this.sendRaw(JSON.stringify({ event, path, data, id }))
    }
    return within(deferred.promise, `the reply to ${event} ${path}`)
  }

  #receive(data: RawData, isBinary: boolean): void {
    const bytes = Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data as Buffer)
    this.#raw.push(bytes.toString(isBinary ? 'latin1' : 'utf8'))
    const record = isBinary ? undefined : readRecord(bytes.toString())
    if (!record) return
    if ('event' in record) this.#push(record)
    else this.#reply(record)
  }

  #push(push: WirePush): void {
    this.#pushes.push(push)
    for (const { event, path, handle } of this.#handlers) {
      const prefix = path.endsWith('*') ? path.slice(0, -1) : undefined
      const meant = prefix === undefined ? push.path === path : push.path.startsWith(prefix)
      if (event === push.event && meant) handle(push)
    }
  }

  #reply(reply: WireReply): void {
    const pending = this.#calls.get(reply.id)
    if (!pending) {
      this.strays.push(reply)
      return
    }
    this.#calls.delete(reply.id)
    pending.settle(this.#pushes.all.length)
    if (!reply.error) return pending.deferred.resolve(reply.data)
    const { code, message, details } = reply.error
    pending.deferred.reject(new WireError(code, message, details))
  }

  async #refused(response: IncomingMessage): Promise<void> {
    const chunks: Buffer[] = []
    response.on('error', () => undefined)
    response.on('data', (chunk: Buffer) => chunks.push(chunk))
    await new Promise((resolve) => response.once('close', resolve))
    const { statusCode = 0, headers } = response
    this.#opened.reject(new UpgradeRefused(statusCode, headers, Buffer.concat(chunks).toString()))
    this.socket.terminate()
  }

  #finish(close: WireClose): void {
    const error = new Error(`The connection is over (${close.code} ${close.reason})`)
    this.#opened.reject(error)
    for (const { deferred } of this.#calls.values()) deferred.reject(error)
    this.#calls.clear()
    this.#pushes.end(error)
    this.#raw.end(error)
    this.#closed.resolve(close)
  }
}

/** What is no JSON object is nothing this client knows; `nextRaw` still shows it. */
function readRecord(text: string): WirePush | WireReply | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? (value as WirePush | WireReply) : undefined
  } catch {
    return undefined
  }
}

function matcher(filter?: PushFilter): Match<WirePush> {
  if (typeof filter === 'function') return filter
  return filter === undefined ? () => true : (push) => push.event === filter
}
