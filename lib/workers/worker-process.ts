import type { ChildProcess } from 'node:child_process'
import { systemClock, type Clock, type ClockTimer } from '../async/clock.js'
import { HubSessions } from './hub-sessions.js'
import { StoreDesk, type KeptStores } from './kept-stores.js'
import type { WorkerHub } from './worker-hub.js'
import {
  isOwnMessage,
  type CloseOrder,
  type SupervisorMessage,
  type WorkerFigures,
  type WorkerMessage,
  type WorkerState,
} from './worker-messages.js'

/** How a worker ended. */
export interface WorkerEnd {
  /** In words. */
  readonly how: string
  /** Whether it ended as it was told to. */
  readonly isOrderly: boolean
  /** Milliseconds for which it listened. */
  readonly listened: number
}

/** What a worker asks of its supervisor, and what it tells. */
export interface WorkerEvents {
  asked(worker: WorkerProcess): void
  listening(worker: WorkerProcess, port: number): void
  wantsStatus(worker: WorkerProcess, tag: number): void
  ended(worker: WorkerProcess, end: WorkerEnd): void
}

/** What a worker process is made of. */
export interface WorkerParts {
  readonly id: number
  readonly child: ChildProcess
  readonly hub: WorkerHub
  /** Absent when nothing is kept for the workers. */
  readonly stores?: KeptStores | undefined
  readonly events: WorkerEvents
  readonly clock?: Clock
}

/** Milliseconds after its time that a worker is killed: closing takes some besides the drain. */
const GRACE = 10_000
/** Milliseconds to say how many connections there are. */
const FIGURES_TIMEOUT = 1_000

/** One process that works. */
export class WorkerProcess {
  readonly id: number
  readonly #child: ChildProcess
  readonly #sessions: HubSessions
  readonly #desk: StoreDesk | undefined
  readonly #clock: Clock
  readonly #events: WorkerEvents
  readonly #figures = new Map<number, (figures: WorkerFigures) => void>()
  /** Done when it listens, with `true`, or has ended before. */
  readonly listens: Promise<boolean>
  /** Done when it has ended. */
  readonly ended: Promise<WorkerEnd>
  #onListening: (doesListen: boolean) => void = () => undefined
  #state: Exclude<WorkerState, 'waiting'> = 'starting'
  #since: number
  #listenedAt: number | undefined
  #failure: string | undefined
  #isKilled = false
  #isOver = false
  #killer: ClockTimer | undefined
  #last = 0

  constructor({ id, child, hub, stores, events, clock = systemClock }: WorkerParts) {
    this.id = id
    this.#child = child
    this.#clock = clock
    this.#since = clock.date()
    this.#events = events
    this.#sessions = new HubSessions(hub, (message, done) => this.send(message, done))
    this.#desk = stores && new StoreDesk(stores, (message, done) => this.send(message, done))
    child.on('message', (message) => {
      if (isOwnMessage(message)) this.#receive(message as WorkerMessage)
    })
    this.listens = new Promise((resolve) => (this.#onListening = resolve))
    this.ended = new Promise((resolve) => {
      const end = (how: string, isOrderly: boolean): void => {
        if (!this.#isOver) resolve(this.#end(how, isOrderly))
      }
      child.on('exit', (code, signal) => {
        const how = signal === null ? `code ${code ?? 'unknown'}` : `signal ${signal}`
        end(this.#isKilled ? `${how}, since it did not end in time` : how, code === 0)
      })
      // Also of a kill that came too late, which harms nobody.
      child.on('error', (error) => {
        if (child.pid === undefined) end(`error ${error.message}`, false)
      })
    })
  }

  get pid(): number | undefined {
    return this.#child.pid
  }

  get state(): Exclude<WorkerState, 'waiting'> {
    return this.#state
  }

  /** When its state began, in milliseconds since 1970. */
  get since(): number {
    return this.#since
  }

  /** Why it said that it cannot start. */
  get failure(): string | undefined {
    return this.#failure
  }

  /** Messages of others that it did not get since it was too slow. */
  get dropped(): number {
    return this.#sessions.dropped
  }

  send(message: SupervisorMessage, done?: () => void): void {
    if (!this.#child.connected) {
      done?.()
      return
    }
    this.#child.send(message, undefined, undefined, () => done?.())
  }

  /** What it says of itself, unless it does not in time. */
  async figures(): Promise<WorkerFigures | undefined> {
    if (this.#state !== 'listening') return undefined
    const tag = ++this.#last
    return new Promise((resolve) => {
      const timer = this.#clock.setTimeout(() => {
        this.#figures.delete(tag)
        resolve(undefined)
      }, FIGURES_TIMEOUT)
      this.#figures.set(tag, (figures) => {
        this.#clock.clearTimeout(timer)
        resolve(figures)
      })
      this.send({ enfilade: 'figures', tag })
    })
  }

  /** New clients should not come any more. */
  leave(): void {
    this.send({ enfilade: 'leave' })
  }

  /** Lets it finish, and kills it when that takes too long. */
  close(order: CloseOrder): Promise<WorkerEnd> {
    if (this.#state === 'closing') return this.ended
    // One that has not said that it listens may not hear orders yet, and serves nobody.
    if (this.#state === 'starting') this.kill('SIGTERM')
    else this.send({ enfilade: 'close', order })
    this.#become('closing')
    this.#killer = this.#clock.setTimeout(
      () => {
        this.#isKilled = true
        this.kill('SIGKILL')
      },
      order.drain * 1000 + GRACE,
    )
    return this.ended
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal)
  }

  #become(state: Exclude<WorkerState, 'waiting'>): void {
    this.#state = state
    this.#since = this.#clock.date()
  }

  #end(how: string, hasSucceeded: boolean): WorkerEnd {
    this.#isOver = true
    this.#onListening(false)
    this.#clock.clearTimeout(this.#killer)
    this.#sessions.close()
    this.#desk?.close()
    const listened = this.#listenedAt === undefined ? 0 : this.#clock.now() - this.#listenedAt
    const wasServing = this.#listenedAt !== undefined
    const isOrderly = this.#state === 'closing' && !this.#isKilled && (hasSucceeded || !wasServing)
    const end = { how, isOrderly, listened }
    this.#events.ended(this, end)
    return end
  }

  #receive(message: WorkerMessage): void {
    switch (message.enfilade) {
      case 'hub':
        if (!this.#isOver) this.#sessions.handle(message.session, message.request)
        return
      case 'store':
        if (!this.#isOver) void this.#desk?.handle(message.space, message.tag, message.request)
        return
      case 'ask': {
        this.#events.asked(this)
        return
      }
      case 'listening':
        if (this.#state !== 'starting') return
        this.#become('listening')
        this.#listenedAt = this.#clock.now()
        this.#onListening(true)
        {
          this.#events.listening(this, message.port)
          return
        }
      case 'failed':
        this.#failure = message.text
        return
      case 'status': {
        this.#events.wantsStatus(this, message.tag)
        return
      }
      case 'figures':
        this.#figures.get(message.tag)?.(message.figures)
        this.#figures.delete(message.tag)
    }
  }
}
