import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { createInterface } from 'node:readline'
import type { WsBroadcastTransport } from 'enfilade'
import { defer, type Deferred } from './deadline.js'
import type { HubLine, HubRequest } from './tcp-broadcast-hub.js'

/** A transport that somebody else might write: through a `TcpBroadcastHub`, which redelivers. */
export class TcpBroadcastTransport implements WsBroadcastTransport {
  readonly #handlers = new Map<string, (payload: string) => void>()
  readonly #answers = new Map<number, Deferred<void>>()
  #tag = 0

  private constructor(private readonly socket: Socket) {
    const lines = createInterface({ input: socket }).on('error', () => undefined)
    lines.on('line', (line) => this.#receive(line))
    socket.setNoDelay(true)
    // Both tell of a lost connection; `close` is what counts.
    socket.on('error', () => undefined)
    socket.on('close', () => {
      for (const answer of this.#answers.values()) answer.reject(new Error('the hub is gone'))
      this.#answers.clear()
    })
  }

  static async connect(port: number): Promise<TcpBroadcastTransport> {
    const socket = connect(port, '127.0.0.1')
    await once(socket, 'connect')
    return new TcpBroadcastTransport(socket)
  }

  publish(channel: string, payload: string): void {
    this.#send({ do: 'publish', channel, payload })
  }

  async subscribe(channel: string, handler: (payload: string) => void): Promise<void> {
    // A message may come right behind the answer.
    this.#handlers.set(channel, handler)
    await this.#ask('subscribe', channel)
  }

  async unsubscribe(channel: string): Promise<void> {
    this.#handlers.delete(channel)
    await this.#ask('unsubscribe', channel)
  }

  async close(): Promise<void> {
    if (this.socket.destroyed) return
    const closed = once(this.socket, 'close')
    this.socket.destroy()
    await closed
  }

  #ask(action: 'subscribe' | 'unsubscribe', channel: string): Promise<void> {
    if (this.socket.destroyed) return Promise.reject(new Error('the hub is gone'))
    const tag = ++this.#tag
    const answer = defer<void>()
    this.#answers.set(tag, answer)
    this.#send({ do: action, channel, tag })
    return answer.promise
  }

  #send(request: HubRequest): void {
    this.socket.write(`${JSON.stringify(request)}\n`)
  }

  #receive(line: string): void {
    const message = JSON.parse(line) as HubLine
    if ('tag' in message) {
      this.#answers.get(message.tag)?.resolve()
      this.#answers.delete(message.tag)
    } else {
      this.#handlers.get(message.channel)?.(message.payload)
    }
  }
}
