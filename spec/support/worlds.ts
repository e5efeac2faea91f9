import { createWsApp, type WsApp, type WsAppOptions } from 'enfilade'
import {
  createTestApp,
  TestConnectError,
  type TestApp,
  type TestClient,
  type TestConnectOptions,
} from 'enfilade/testing'
import { WebSocket } from 'ws'
import { defer, within } from './deadline.js'
import { Inbox } from './inbox.js'

/** A client, whatever it is connected by. */
export interface WorldClient {
  /** Every record so far as it was on the wire. */
  readonly records: readonly unknown[]
  readonly closed: Promise<{ code: number; reason: string }>
  /** Waits for the next record, of those not seen yet, that has these properties. */
  next(shape: Readonly<Record<string, unknown>>): Promise<any>
  sendRaw(frame: string | Uint8Array): void
  close(code?: number, reason?: string): void
  drop(): void
  stall(): void
  unstall(): void
}

/** An app with all around it: on sockets, or made up. */
export interface World {
  readonly app: WsApp
  connect(options?: TestConnectOptions): Promise<WorldClient>
  /** How a client is told that it is not let in. */
  refusal(options?: TestConnectOptions): Promise<unknown>
  /** Lets time pass where it does not by itself. */
  pass(milliseconds: number): Promise<void>
  end(): Promise<void>
}

/** A world of its own for each scenario. */
export type MakeWorld = (options: WsAppOptions) => Promise<World>

/** The app on sockets. */
export const realWorld: MakeWorld = async (options) => {
  const app = createWsApp({ logger: false, ...options })
  const { port } = await app.listen(0, '127.0.0.1')
  const sockets: SocketClient[] = []
  const connect = async (request: TestConnectOptions = {}): Promise<SocketClient> => {
    const client = new SocketClient(port, request)
    sockets.push(client)
    await within(client.opened, 'a connection')
    return client
  }
  return {
    app,
    connect,
    refusal: async (request) => {
      const client = await connect(request).catch((error: unknown) => error)
      return client instanceof SocketClient ? client.closed : client
    },
    pass: () => Promise.resolve(),
    end: async () => {
      await app.close()
      for (const client of sockets) client.drop()
    },
  }
}

/** The app in memory. */
export const testWorld: MakeWorld = (options) => {
  const app: TestApp = createTestApp({ logger: false, ...options })
  return Promise.resolve({
    app,
    connect: async (request) => new MemoryClient(await app.connect(undefined, request)),
    refusal: async (request) => {
      const refused = await app.connect(undefined, request).catch((error: unknown) => error)
      if (!(refused instanceof TestConnectError)) return refused
      const { status, code, reason } = refused
      return status === undefined ? { code, reason } : { status, body: `${reason}\n` }
    },
    pass: (milliseconds) => app.clock.advance(milliseconds),
    end: () => app.close(),
  })
}

/** A third-party client on the `ws` package. */
class SocketClient implements WorldClient {
  readonly records: unknown[] = []
  readonly opened: Promise<void>
  readonly closed: Promise<{ code: number; reason: string }>
  readonly #inbox = new Inbox<any>('a record')
  readonly #socket: WebSocket

  constructor(port: number, { path = '/', protocol, headers }: TestConnectOptions) {
    const opened = defer<void>()
    const closed = defer<{ code: number; reason: string }>()
    this.opened = opened.promise
    this.closed = closed.promise
    const protocols = protocol === false ? [] : [protocol ?? 'enfilade.v1'].flat()
    this.#socket = new WebSocket(`ws://127.0.0.1:${port}${path}`, protocols, {
      headers: headers as Record<string, string>,
      perMessageDeflate: false,
    })
    this.#socket.on('open', () => opened.resolve())
    this.#socket.on('error', (error) => opened.reject(error))
    this.#socket.on('unexpected-response', (_request, response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('end', () => {
        const body = Buffer.concat(chunks).toString()
        opened.reject({ status: response.statusCode, body } as never)
      })
    })
    this.#socket.on('message', (data: Buffer) => {
      const record: unknown = JSON.parse(data.toString())
      this.records.push(record)
      this.#inbox.push(record)
    })
    this.#socket.on('close', (code, reason) => closed.resolve({ code, reason: reason.toString() }))
  }

  next(shape: Readonly<Record<string, unknown>>): Promise<any> {
    return this.#inbox.next({ match: (record) => hasShape(record, shape) })
  }

  sendRaw(frame: string | Uint8Array): void {
    this.#socket.send(frame)
  }

  close(code?: number, reason?: string): void {
    this.#socket.close(code, reason)
  }

  drop(): void {
    this.#socket.terminate()
  }

  stall(): void {
    this.#socket.pause()
  }

  unstall(): void {
    this.#socket.resume()
  }
}

/** The client of the test app, used as little as the other can. */
class MemoryClient implements WorldClient {
  #seen = 0

  constructor(private readonly client: TestClient) {}

  get records(): readonly unknown[] {
    return this.client.records
  }

  get closed(): Promise<{ code: number; reason: string }> {
    return this.client.closed
  }

  async next(shape: Readonly<Record<string, unknown>>): Promise<any> {
    const find = (): unknown => this.#take(shape)
    for (let found = find(); ; found = find()) {
      if (found !== undefined) return found
      await new Promise(setImmediate)
      if (++this.#seen > 10_000) throw new Error(`There is no record with ${JSON.stringify(shape)}`)
    }
  }

  sendRaw(frame: string | Uint8Array): void {
    this.client.sendRaw(frame)
  }

  close(code?: number, reason?: string): void {
    void this.client.close(code, reason)
  }

  drop(): void {
    void this.client.drop()
  }

  stall(): void {
    this.client.stall()
  }

  unstall(): void {
    this.client.unstall()
  }

  readonly #taken = new Set<unknown>()

  #take(shape: Readonly<Record<string, unknown>>): unknown {
    const found = this.client.records.find(
      (record) => !this.#taken.has(record) && hasShape(record, shape),
    )
    if (found !== undefined) this.#taken.add(found)
    return found
  }
}

function hasShape(record: unknown, shape: Readonly<Record<string, unknown>>): boolean {
  return Object.entries(shape).every(
    ([name, value]) => (record as Record<string, unknown>)[name] === value,
  )
}
