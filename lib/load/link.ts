import { once } from 'node:events'
import { connect, isIP, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { encodeFrame, FrameCounter, PONG } from './frames.js'
import type { Answer, LoadMessage, Wire } from './wire.js'

/** Where a server listens, and how to talk to it. */
export interface Endpoint {
  readonly host: string
  readonly port: number
  /** Path and query of the upgrade; the wire's own when absent. */
  readonly target?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly wire: Wire
  /** Over TLS; `any` takes certificates that nobody vouches for. Default: without. */
  readonly tls?: 'checked' | 'any'
}

/** All sockets read into it, one after the other: a chunk is used up before the next one is read. */
const shared = Buffer.alloc(512 * 1024)

/** A WebSocket by hand: what is measured is the server, so the client does next to nothing. */
export class Link {
  readonly #socket: Socket
  readonly wire: Wire
  /** Told how many messages came. */
  onMessages: (count: number) => void = () => undefined
  /** Told that the connection is lost. Unless it is set, that fails the run: its figures would be of fewer. */
  onLost: () => void = () => {
    throw new Error('the server closed a connection')
  }
  /** Told that the server says why it closes, with the payload of its frame where messages are read. */
  onClose: (payload?: Buffer) => void = () => undefined
  #counter: FrameCounter
  #onHead: ((head: string) => void) | undefined
  #head = ''

  private constructor(socket: Socket, wire: Wire) {
    this.#socket = socket
    this.wire = wire
    this.#counter = this.#count()
  }

  /** @param localAddress Thousands of connections need more than one, as ports run out. */
  static async open(endpoint: Endpoint, localAddress?: string): Promise<Link> {
    const { host, port, wire, tls } = endpoint
    const received = (size: number): boolean => {
      link.#received(shared.subarray(0, size))
      return true
    }
    const options = {
      ...{ host, port, noDelay: true, onread: { buffer: shared, callback: received } },
      ...(localAddress === undefined ? {} : { localAddress }),
    }
    const socket =
      tls === undefined
        ? connect(options)
        : connectTls({
            ...options,
            ...(isIP(host) === 0 ? { servername: host } : {}),
            rejectUnauthorized: tls === 'checked',
          })
    const link: Link = new Link(socket, wire)
    await once(socket, tls === undefined ? 'connect' : 'secureConnect')
    const head = new Promise<string>((resolve, reject) => {
      link.#onHead = resolve
      socket.once('close', () => reject(new Error('the server closed the connection')))
    })
    const greeting = wire.greeting === undefined ? undefined : link.#skip(wire.greeting.replies)
    socket.write(upgradeRequest(endpoint))
    checkHead(await head, wire)
    if (wire.greeting?.send !== undefined) link.write(encodeFrame(wire.greeting.send))
    await greeting
    socket.on('close', () => link.onLost())
    return link
  }

  write(frames: Buffer): void {
    this.#socket.write(frames)
  }

  pause(): void {
    this.#socket.pause()
  }

  resume(): void {
    this.#socket.resume()
  }

  close(): void {
    this.onLost = () => undefined
    this.#socket.destroy()
  }

  /** Sends frames, and waits for as many messages. */
  async exchange(frames: readonly Buffer[]): Promise<void> {
    if (frames.length === 0) return
    if (this.wire.subprotocol !== undefined) {
      const replies = this.read(frames.length)
      this.write(Buffer.concat(frames))
      await replies
      return
    }
    let left = frames.length
    const done = new Promise<void>((resolve) => {
      this.onMessages = (count) => {
        left -= count
        if (left === 0) resolve()
      }
    })
    this.write(Buffer.concat(frames))
    await done
  }

  /** Sends a message, and reads what comes back. */
  async call(message: LoadMessage): Promise<Answer> {
    const reply = this.next()
    this.write(encodeFrame(this.wire.encode({ ...message, id: 1 })))
    return reply
  }

  /** The next message. */
  async next(): Promise<Answer> {
    const [answer = {}] = await this.read(1)
    return answer
  }

  /** The next so many messages, but those of the protocol. */
  read(messages: number): Promise<Answer[]> {
    return new Promise((resolve) => {
      const read: Answer[] = []
      this.#counter = this.#count((payload) => {
        const answer = this.wire.decode(payload)
        if (String(answer.event).startsWith('$')) return
        read.push(answer)
        if (read.length !== messages) return
        this.#counter = this.#count()
        resolve(read)
      })
    })
  }

  /** Done when so many messages came, whatever they say: a greeting need not look like an answer. */
  #skip(messages: number): Promise<void> {
    return new Promise((resolve) => {
      let left = messages
      this.#counter = this.#count(() => {
        if (--left > 0) return
        this.#counter = this.#count()
        resolve()
      })
    })
  }

  /** Hands out every message that comes from now on; without a handler they are counted only. */
  hear(onMessage?: (payload: Buffer) => void): void {
    this.#counter = this.#count(onMessage)
  }

  #count(onMessage?: (payload: Buffer) => void): FrameCounter {
    return new FrameCounter({
      ...(onMessage ? { onMessage } : {}),
      onPing: () => this.write(PONG),
      onClose: (payload) => this.onClose(payload),
    })
  }

  #received(chunk: Buffer): void {
    const frames = this.#onHead ? this.#readHead(chunk) : chunk
    const count = this.#counter.push(frames)
    if (count > 0) this.onMessages(count)
  }

  /** @returns what came behind the head of the response */
  #readHead(chunk: Buffer): Buffer {
    this.#head += chunk.toString('latin1')
    const end = this.#head.indexOf('\r\n\r\n')
    if (end < 0) return Buffer.alloc(0)
    this.#onHead?.(this.#head)
    this.#onHead = undefined
    return Buffer.from(this.#head.slice(end + 4), 'latin1')
  }
}

/** @throws Error that says what the server refused */
function checkHead(head: string, { subprotocol }: Wire): void {
  const [status = '', ...lines] = head.split('\r\n')
  if (!status.includes(' 101')) throw new Error(`the server answered ${status}`)
  const chosen = lines.find((line) => /^sec-websocket-protocol:/i.test(line))
  if (subprotocol === undefined || chosen?.split(':')[1]?.trim() === subprotocol) return
  throw new Error(`the server does not speak ${subprotocol}`)
}

function upgradeRequest({ host, port, target, headers = {}, wire }: Endpoint): string {
  const offer =
    wire.subprotocol === undefined ? [] : [`Sec-WebSocket-Protocol: ${wire.subprotocol}`]
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`)
  return [
    `GET ${target ?? wire.target} HTTP/1.1`,
    `Host: ${host}:${port}`,
    'Upgrade: websocket',
    'Connection: Upgrade',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
    'Sec-WebSocket-Version: 13',
    ...offer,
    ...lines,
    '\r\n',
  ].join('\r\n')
}
