import { once } from 'node:events'
import { createServer, type AddressInfo, type Socket } from 'node:net'
import { createInterface } from 'node:readline'

/** A line that a `TcpBroadcastTransport` sends; those with a `tag` are answered with `{ tag }`. */
export type HubRequest =
  | { do: 'subscribe' | 'unsubscribe'; channel: string; tag: number }
  | { do: 'publish'; channel: string; payload: string }

/** A line that the hub sends. */
export type HubLine = { tag: number } | { channel: string; payload: string }

/** A broker as small as can be: it hands a message to every subscriber, its publisher included. */
export class TcpBroadcastHub {
  readonly #subscribers = new Map<Socket, Set<string>>()
  readonly #server = createServer((socket) => this.#accept(socket))

  static async start(): Promise<TcpBroadcastHub> {
    const hub = new TcpBroadcastHub()
    hub.#server.listen(0, '127.0.0.1')
    await once(hub.#server, 'listening')
    return hub
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  async close(): Promise<void> {
    const closed = once(this.#server, 'close')
    this.#server.close()
    for (const socket of this.#subscribers.keys()) socket.destroy()
    await closed
  }

  #accept(socket: Socket): void {
    const channels = new Set<string>()
    this.#subscribers.set(socket, channels)
    socket.setNoDelay(true)
    // Both tell of a lost connection; `close` is what counts.
    socket.on('error', () => undefined)
    socket.on('close', () => this.#subscribers.delete(socket))
    const lines = createInterface({ input: socket }).on('error', () => undefined)
    lines.on('line', (line) => {
      const request = JSON.parse(line) as HubRequest
      if (request.do === 'publish') return this.#publish(request)
      if (request.do === 'subscribe') channels.add(request.channel)
      else channels.delete(request.channel)
      send(socket, { tag: request.tag })
    })
  }

  #publish({ channel, payload }: { channel: string; payload: string }): void {
    for (const [socket, channels] of this.#subscribers) {
      if (channels.has(channel)) send(socket, { channel, payload })
    }
  }
}

function send(socket: Socket, line: HubLine): void {
  socket.write(`${JSON.stringify(line)}\n`)
}
