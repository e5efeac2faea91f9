import { Client } from '../../lib/client/client.js'
import { readOptions, type WsClientOptions } from '../../lib/client/options.js'
import type { Platform, WebSocketLike } from '../../lib/client/platform.js'
import type { WsClient } from '../../lib/client/ws-client.js'
import { nextTurn } from './next-turn.js'

/** A message as the client sent it. */
export interface SentMessage {
  event: string
  path: string
  data?: any
  id?: number
}

interface Timer {
  readonly at: number
  readonly run: () => void
}

/** A clock that stands still until it is told to go on. */
export class FakeClock {
  #now = 1000
  readonly #timers = new Set<Timer>()

  readonly now = (): number => this.#now

  readonly schedule = (run: () => void, milliseconds: number): (() => void) => {
    const timer = { at: this.#now + milliseconds, run }
    this.#timers.add(timer)
    return () => this.#timers.delete(timer)
  }

  /** How many timers run. */
  get pending(): number {
    return this.#timers.size
  }

  /** Lets time pass: timers run when they are due, and what they promise is done before the next. */
  async advance(milliseconds: number): Promise<void> {
    const until = this.#now + milliseconds
    await nextTurn()
    for (let timer = this.#next(until); timer; timer = this.#next(until)) {
      this.#now = Math.max(this.#now, timer.at)
      this.#timers.delete(timer)
      timer.run()
      await nextTurn()
    }
    this.#now = until
  }

  /** Time passes while nothing runs, as in a laptop that sleeps: timers are late afterwards. */
  sleep(milliseconds: number): void {
    this.#now += milliseconds
  }

  #next(until: number): Timer | undefined {
    return [...this.#timers].filter(({ at }) => at <= until).sort((a, b) => a.at - b.at)[0]
  }
}

/** A WebSocket whose other side is the test. */
export class FakeSocket implements WebSocketLike {
  protocol = ''
  onopen: ((event: never) => void) | null = null
  onmessage: ((event: never) => void) | null = null
  onclose: ((event: never) => void) | null = null
  onerror: ((event: never) => void) | null = null
  /** Every message so far. */
  readonly sent: SentMessage[] = []
  /** What the client closed it with. */
  closedWith: unknown[] | undefined

  constructor(
    readonly url: string,
    readonly protocols: readonly string[],
  ) {}

  send(text: string): void {
    this.sent.push(JSON.parse(text) as SentMessage)
  }

  close(...args: unknown[]): void {
    this.closedWith ??= args
  }

  /** The server accepts. */
  open(protocol: '' | 'enfilade.v1' = ''): void {
    this.protocol = protocol
    this.onopen?.({} as never)
  }

  /** The server accepts and greets, as Enfilade does. */
  welcome(session = 's1', more: object = {}): void {
    this.open('enfilade.v1')
    const data = {
      connection: session,
      session,
      resumed: false,
      maxPayload: 65_536,
      idleTimeout: 60,
    }
    this.push('$welcome', '/', { ...data, ...more })
  }

  receive(frame: unknown): void {
    this.onmessage?.({ data: frame } as never)
  }

  push(event: string, path: string, data?: unknown, seq?: number): void {
    this.receive(JSON.stringify({ event, path, data, seq }))
  }

  /** Answers the last message of an event. */
  reply(event: string, data: unknown = null): void {
    this.receive(JSON.stringify({ id: this.last(event).id, data }))
  }

  /** Refuses the last message of an event. */
  refuse(event: string, code: number, message = 'Refused'): void {
    this.receive(JSON.stringify({ id: this.last(event).id, error: { code, message } }))
  }

  end(code = 1006, reason = ''): void {
    this.onclose?.({ code, reason } as never)
  }

  last(event: string): SentMessage {
    const found = this.sent.findLast((message) => message.event === event)
    if (!found) throw new Error(`No ${event} was sent, but ${JSON.stringify(this.sent)}`)
    return found
  }

  /** The events of what was sent, in order. */
  get events(): string[] {
    return this.sent.map(({ event }) => event)
  }
}

/** A client on a fake network and a fake clock. */
export interface FakeWorld {
  readonly client: WsClient
  readonly clock: FakeClock
  readonly sockets: readonly FakeSocket[]
  /** What handlers threw. */
  readonly reported: unknown[]
  /** The newest socket, once the client has made it. */
  socket(): Promise<FakeSocket>
  /** The network is back, or the page is looked at. */
  wake(): void
  /** Whether the client listens for that. */
  isListening(): boolean
  /** Ends the newest socket and waits for the next one. */
  dropAndRetry(code?: number): Promise<FakeSocket>
}

/** Makes a client that has begun to connect. `random` is 0.5 throughout. */
export function createFakeWorld(
  options: WsClientOptions = {},
  url: () => string | Promise<string> = () => 'ws://fake/',
): FakeWorld {
  const clock = new FakeClock()
  const sockets: FakeSocket[] = []
  const reported: unknown[] = []
  const wakes = new Set<() => void>()
  class Socket extends FakeSocket {
    constructor(address: string, protocols: string[]) {
      super(address, protocols)
      sockets.push(this)
    }
  }
  const platform: Platform = {
    WebSocket: Socket,
    now: clock.now,
    schedule: clock.schedule,
    random: () => 0.5,
    onWake: (wake) => {
      wakes.add(wake)
      return () => wakes.delete(wake)
    },
    report: (error) => reported.push(error),
  }
  const client = new Client({ platform, settings: readOptions(options), url })
  client.connect()
  const socket = async (): Promise<FakeSocket> => {
    await nextTurn()
    const newest = sockets.at(-1)
    if (!newest) throw new Error('The client has made no socket')
    return newest
  }
  return {
    ...{ client, clock, sockets, reported, socket },
    wake: () => [...wakes].forEach((wake) => wake()),
    isListening: () => wakes.size > 0,
    dropAndRetry: async (code) => {
      const before = sockets.length
      sockets.at(-1)?.end(code)
      // In steps: the attempt must not be over when it is handed out.
      for (let step = 0; sockets.length === before; step++) {
        if (step > 1000) throw new Error('The client has not tried again')
        await clock.advance(50)
      }
      return socket()
    },
  }
}
