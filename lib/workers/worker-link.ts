import type {
  BroadcastDriver,
  BroadcastSession,
  SessionEvents,
} from '../transports/managed/broadcast-driver.js'
import { LinkStores } from './link-stores.js'
import {
  isOwnMessage,
  type CloseOrder,
  type HubRequest,
  type SupervisorMessage,
  type WorkerAddress,
  type WorkerFigures,
  type WorkerMessage,
  type WorkerStatus,
} from './worker-messages.js'

/** The part of a process that is its line to the supervisor. */
export interface LinkProcess {
  readonly connected: boolean
  readonly channel?: { unref(): void } | null | undefined
  send?(
    message: unknown,
    handle: undefined,
    options: undefined,
    done: (error: Error | null) => void,
  ): boolean
  on(event: 'message', listener: (message: unknown) => void): unknown
  on(event: 'disconnect', listener: () => void): unknown
}

/** What a worker does when its supervisor says so. */
export interface WorkerOrders {
  leave(): void
  close(order: CloseOrder): void
  /** The supervisor is gone. */
  orphaned(): void
  figures(): WorkerFigures
}

type Waiter<T> = (value: T) => void

/** A worker's line to its supervisor. */
export class WorkerLink {
  readonly #process: LinkProcess
  readonly #sessions = new Map<number, LinkSession>()
  /** By the number of the app. */
  readonly #stores = new Map<number, LinkStores>()
  readonly #status = new Map<number, Waiter<readonly WorkerStatus[]>>()
  #address: Waiter<WorkerAddress> | undefined
  #orders: WorkerOrders | undefined
  /** What was ordered before there was somebody to do it. */
  readonly #early: ((orders: WorkerOrders) => void)[] = []
  #last = 0

  constructor(target: LinkProcess) {
    this.#process = target
    target.on('message', (message) => {
      if (isOwnMessage(message)) this.#receive(message as SupervisorMessage)
    })
    target.on('disconnect', () => {
      for (const session of [...this.#sessions.values()]) session.lost()
      for (const stores of this.#stores.values()) stores.lost()
      this.#give((orders) => orders.orphaned())
    })
  }

  /** Where to listen. */
  ask(): Promise<WorkerAddress> {
    return new Promise((resolve) => {
      this.#address = resolve
      this.#send({ enfilade: 'ask' })
    })
  }

  listening(port: number): void {
    // From now on the app keeps the process alive, not its supervisor.
    this.#process.channel?.unref()
    this.#send({ enfilade: 'listening', port })
  }

  failed(text: string): void {
    this.#send({ enfilade: 'failed', text })
  }

  /** All workers, as the supervisor sees them; none when it is gone. */
  status(): Promise<readonly WorkerStatus[]> {
    if (!this.#process.connected) return Promise.resolve([])
    const tag = ++this.#last
    return new Promise((resolve) => {
      this.#status.set(tag, resolve)
      this.#send({ enfilade: 'status', tag })
    })
  }

  /** From now on somebody does what is ordered. */
  obey(orders: WorkerOrders): void {
    this.#orders = orders
    for (const give of this.#early.splice(0)) give(orders)
  }

  /**
   * Connects a transport to the hub of the supervisor.
   *
   * @param space whose broadcasts: those of one are not heard in another
   */
  driver(space: number): BroadcastDriver {
    return {
      connect: (events) =>
        this.#process.connected
          ? Promise.resolve(this.#open(space, events))
          : Promise.reject(new Error('the supervisor is gone')),
    }
  }

  /**
   * The stores that the supervisor keeps.
   *
   * @param space whose: what is in those of one is not in those of another
   */
  stores(space: number): LinkStores {
    const stores = new LinkStores((tag, request) =>
      this.#send({ enfilade: 'store', space, tag, request }),
    )
    this.#stores.set(space, stores)
    return stores
  }

  #open(space: number, events: SessionEvents): BroadcastSession {
    const id = ++this.#last
    const session = new LinkSession(events, {
      send: (request) => this.#send({ enfilade: 'hub', session: id, request }),
      ended: () => this.#sessions.delete(id),
    })
    this.#sessions.set(id, session)
    this.#send({ enfilade: 'hub', session: id, request: { do: 'open', space } })
    return session
  }

  #send(message: WorkerMessage): void {
    // A failure is heard as `disconnect`.
    this.#process.send?.(message, undefined, undefined, () => undefined)
  }

  #receive(message: SupervisorMessage): void {
    switch (message.enfilade) {
      case 'messages':
        return this.#sessions.get(message.session)?.receive(message.messages)
      case 'done':
        return this.#sessions.get(message.session)?.done(message.tag)
      case 'stored':
      case 'entry':
      case 'claimed':
      case 'gone':
        return this.#stores.get(message.space)?.receive(message)
      case 'listen':
        return this.#address?.(message.address)
      case 'status':
        this.#status.get(message.tag)?.(message.workers)
        this.#status.delete(message.tag)
        return
      case 'figures':
        if (!this.#orders) return
        {
          this.#send({ ...message, figures: this.#orders.figures() })
          return
        }
      case 'leave': {
        this.#give((orders) => orders.leave())
        return
      }
      case 'close': {
        this.#give((orders) => orders.close(message.order))
        return
      }
    }
  }

  #give(give: (orders: WorkerOrders) => void): void {
    if (this.#orders) give(this.#orders)
    else this.#early.push(give)
  }
}

/** What a session needs of its link. */
interface SessionLine {
  send(request: HubRequest): void
  ended(): void
}

/** A transport's session with the hub. */
class LinkSession implements BroadcastSession {
  readonly #events: SessionEvents
  readonly #line: SessionLine
  readonly #waiting = new Map<number, { resolve: () => void; reject: (error: Error) => void }>()
  #last = 0

  constructor(events: SessionEvents, line: SessionLine) {
    this.#events = events
    this.#line = line
  }

  async publish(messages: Parameters<BroadcastSession['publish']>[0]): Promise<readonly number[]> {
    await this.#ask((tag) => ({ do: 'publish', tag, messages }))
    return []
  }

  subscribe(channels: readonly string[]): Promise<void> {
    return this.#ask((tag) => ({ do: 'subscribe', tag, channels }))
  }

  unsubscribe(channels: readonly string[]): Promise<void> {
    return this.#ask((tag) => ({ do: 'unsubscribe', tag, channels }))
  }

  ping(): Promise<void> {
    return this.#ask((tag) => ({ do: 'ping', tag }))
  }

  close(): void {
    this.#line.send({ do: 'close' })
    this.#end(new Error('the transport has been closed'))
  }

  /** @internal */
  receive(messages: readonly { readonly channel: string; readonly payload: string }[]): void {
    for (const { channel, payload } of messages) this.#events.message(channel, payload)
  }

  /** @internal */
  done(tag: number): void {
    this.#waiting.get(tag)?.resolve()
    this.#waiting.delete(tag)
  }

  /** @internal */
  lost(): void {
    const cause = new Error('the supervisor is gone')
    this.#end(cause)
    this.#events.lost(cause)
  }

  #ask(request: (tag: number) => HubRequest): Promise<void> {
    const tag = ++this.#last
    return new Promise((resolve, reject) => {
      this.#waiting.set(tag, { resolve, reject })
      this.#line.send(request(tag))
    })
  }

  #end(cause: Error): void {
    this.#line.ended()
    for (const { reject } of this.#waiting.values()) reject(cause)
    this.#waiting.clear()
  }
}
