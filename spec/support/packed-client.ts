import { afterEach } from '@jest/globals'
import { pack, Unpackr } from 'msgpackr'
import { WebSocket } from 'ws'
import { defer, within } from './deadline.js'
import { Inbox } from './inbox.js'
import type { WireClose, WirePush, WireReply } from './wire-client.js'

const unpackr = new Unpackr({ useRecords: false, mapsAsObjects: true })
const opened = new Set<PackedClient>()

afterEach(() => {
  for (const client of opened) client.terminate()
  opened.clear()
})

/**
 * A third-party client of `enfilade.v1.msgpack`: msgpackr with its own defaults, so that it shows what
 * others meet. It is dropped after the test.
 */
export class PackedClient {
  readonly pushes = new Inbox<WirePush>('a push')
  readonly replies = new Inbox<WireReply>('a reply')
  /** Text frames, which there should be none of. */
  readonly texts: string[] = []
  readonly closed: Promise<WireClose>
  #nextId = 1

  private constructor(readonly socket: WebSocket) {
    const closed = defer<WireClose>()
    this.closed = closed.promise
    socket.on('error', () => undefined)
    socket.on('close', (code, reason) => {
      const error = new Error(`closed with ${code}`)
      this.pushes.end(error)
      this.replies.end(error)
      closed.resolve({ code, reason: reason.toString() })
    })
    socket.on('message', (data: Buffer, isBinary: boolean) => {
      if (!isBinary) {
        this.texts.push(data.toString())
        return
      }
      const record = unpackr.unpack(data) as WirePush | WireReply
      if ('event' in record) this.pushes.push(record)
      else this.replies.push(record)
    })
  }

  static async connect(url: string, protocols = ['enfilade.v1.msgpack']): Promise<PackedClient> {
    const socket = new WebSocket(url, protocols)
    const client = new PackedClient(socket)
    opened.add(client)
    const open = defer<void>()
    socket.on('open', () => open.resolve())
    await within(open.promise, `a WebSocket to ${url}`)
    return client
  }

  get protocol(): string {
    return this.socket.protocol
  }

  /** Sends a value as it is. */
  send(value: unknown): void {
    this.socket.send(pack(value))
  }

  /** Resolves with the whole reply, also when it is an error. */
  async call(event: string, path: string, data?: unknown): Promise<WireReply> {
    const id = this.#nextId++
    this.send({ event, path, id, ...(data !== undefined && { data }) })
    return this.replies.next({ match: (reply) => reply.id === id })
  }

  nextPush(event: string): Promise<WirePush> {
    return this.pushes.next({ match: (push) => push.event === event })
  }

  /** Closes for good. */
  async close(): Promise<void> {
    this.socket.close(1000)
    await this.closed
  }

  terminate(): void {
    this.socket.terminate()
  }
}
