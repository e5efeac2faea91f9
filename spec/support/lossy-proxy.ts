import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net'

/** A way to a server of this machine that can be lost, as a network is. */
export class LossyProxy {
  readonly #server: Server
  readonly #target: number
  readonly #pairs = new Set<readonly [Socket, Socket]>()
  #isCut = false
  #isDeaf = false

  private constructor(server: Server, target: number) {
    this.#server = server
    this.#target = target
    server.on('connection', (client) => this.#accept(client))
  }

  static async open(target: number): Promise<LossyProxy> {
    const server = createServer()
    const listening = once(server, 'listening')
    server.listen(0, 'localhost')
    await listening
    return new LossyProxy(server, target)
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  /** Ends every connection, and each new one at once. */
  cut(): void {
    this.#isCut = true
    for (const pair of this.#pairs) for (const socket of pair) socket.destroy()
  }

  /** What the server sends from now on is lost. */
  deafen(): void {
    this.#isDeaf = true
  }

  restore(): void {
    this.#isCut = false
    this.#isDeaf = false
  }

  async close(): Promise<void> {
    this.cut()
    const closed = once(this.#server, 'close')
    this.#server.close()
    await closed
  }

  #accept(client: Socket): void {
    if (this.#isCut) {
      client.destroy()
      return
    }
    const server = connect(this.#target, 'localhost')
    const pair = [client, server] as const
    this.#pairs.add(pair)
    client.pipe(server)
    server.on('data', (bytes) => {
      if (!this.#isDeaf) client.write(bytes)
    })
    server.on('end', () => client.end())
    for (const socket of pair) {
      // Whatever happens to one end happens to the other.
      socket.on('error', () => undefined)
      socket.on('close', () => {
        this.#pairs.delete(pair)
        for (const other of pair) other.destroy()
      })
    }
  }
}
