import { atMost } from '../../async/at-most.js'
import type { MaybePromise } from '../../async/maybe-promise.js'
import type {
  PublishResult,
  TransportGap,
  TransportStatus,
  TransportStatusChange,
  WsManagedTransport,
} from '../broadcast-transport.js'
import type { BroadcastDriver, BroadcastSession } from './broadcast-driver.js'
import { ConnectionLoop } from './connection-loop.js'
import { Listeners } from './listeners.js'
import {
  resolveManagedOptions,
  type ManagedTransportOptions,
  type ResolvedManagedOptions,
} from './managed-options.js'
import { Outbox, type Batch } from './outbox.js'
import { Probe } from './probe.js'
import { PublisherStreams } from './publisher-streams.js'
import { Receivers } from './receivers.js'
import { Subscriptions, type SubscriptionOutcome, type SubscriptionSteps } from './subscriptions.js'
import { startCounters, type TransportCounters } from './transport-counters.js'

/** Probes, in milliseconds; three in a row that are missed take less than 4 s. */
const PROBE = { interval: 1_000, timeout: 500, tick: 100 }
const MAX_MISSES = 3

/**
 * Milliseconds after an outage before what was kept is sent: the others need as long to be back, and
 * would miss it.
 */
const KEPT_DELAY = 750

/** Channels that are told to the broker at once. */
const STEP_SIZE = 1_000

/** Channels whose publishes are numbered on without a break: about 15 MiB at most. */
const MAX_STREAMS = 100_000

/**
 * Sizes in characters. What is on its way when a broker hangs cannot be called back; what waits is
 * dropped, or cut to what may be kept, when it is down.
 */
const SIZES = { queue: 64 * 1024 * 1024, strained: 8 * 1024 * 1024, inFlight: 512 * 1024 }

/** Milliseconds that `close` waits for the broker to take what was accepted. */
const FLUSH_TIMEOUT = 1_000

/**
 * A broadcast transport that knows its state, over any broker: a driver says how to connect, publish
 * and subscribe, and this class does the rest. It connects at once, and again after every loss;
 * probes the broker every second, by a message to itself; renews subscriptions; sends what is
 * published in a turn of the event loop as one batch; numbers messages, so that missing and doubled
 * ones are seen; and counts what is lost.
 *
 * Messages are delivered at most once, those of one transport to one channel in their order. What it
 * publishes is not handed back to itself.
 */
export class ManagedTransport implements WsManagedTransport {
  /** Tells this transport from others: in gaps, it is who published. */
  readonly id = crypto.randomUUID()
  readonly #options: ResolvedManagedOptions
  readonly #counters = startCounters()
  readonly #loop: ConnectionLoop
  readonly #subscriptions: Subscriptions
  readonly #outbox: Outbox
  readonly #receivers: Receivers
  readonly #changes: Listeners<TransportStatusChange>
  readonly #gaps: Listeners<TransportGap>
  readonly #ticker: NodeJS.Timeout
  #probe: Probe | undefined
  #holdUntil = 0
  #status: TransportStatus = 'connecting'
  #cause: Error | undefined
  #soon: NodeJS.Immediate | undefined
  #closing: Promise<void> | undefined
  readonly #closed = new AbortController()
  #onEmpty: (() => void) | undefined

  /** @throws TypeError when an option is not what it may be */
  constructor(driver: BroadcastDriver, options: ManagedTransportOptions = {}) {
    this.#options = resolveManagedOptions(options)
    const { kept, linger, onError } = this.#options
    this.#changes = new Listeners(onError)
    this.#gaps = new Listeners(onError)
    const gap = (found: TransportGap): void => this.#gaps.emit(found)
    this.#receivers = new Receivers(this.id, this.#counters, { gap, error: onError })
    this.#subscriptions = new Subscriptions(linger, (channel) => this.#receivers.forget(channel))
    this.#outbox = new Outbox(this.id, {
      limits: { ...SIZES, kept },
      streams: new PublisherStreams(MAX_STREAMS),
      counters: this.#counters,
    })
    this.#loop = new ConnectionLoop(driver, {
      up: (session) => this.#up(session),
      down: (cause) => this.#down(cause),
      message: (channel, payload) => this.#receivers.receive(channel, payload),
    })
    // The connection keeps the process alive, not the clock.
    this.#ticker = setInterval(() => this.#tick(), PROBE.tick).unref()
    this.#loop.start()
  }

  get status(): TransportStatus {
    return this.#status
  }

  /** What has been counted since the start. */
  get counters(): TransportCounters {
    return this.#counters
  }

  /** @returns a function that ends the listening */
  onStatus(listener: (change: TransportStatusChange) => void): () => void {
    return this.#changes.add(listener)
  }

  /** @returns a function that ends the listening */
  onGap(listener: (gap: TransportGap) => void): () => void {
    return this.#gaps.add(listener)
  }

  /**
   * Done when the status is `ready`.
   *
   * @returns a promise that rejects when the transport is closed before that
   */
  ready(): Promise<void> {
    if (this.#status === 'ready') return Promise.resolve()
    if (this.#closing) return Promise.reject(closedError())
    return new Promise((resolve, reject) => {
      const onClose = (): void => {
        off()
        reject(closedError())
      }
      const off = this.onStatus(({ status }) => {
        if (status !== 'ready') return
        off()
        this.#closed.signal.removeEventListener('abort', onClose)
        resolve()
      })
      this.#closed.signal.addEventListener('abort', onClose)
    })
  }

  /** Never throws and never waits. */
  publish(channel: string, payload: string): PublishResult {
    const accepted = this.#outbox.offer({ channel, payload }, performance.now())
    if (accepted) this.#wake()
    return { accepted }
  }

  /**
   * A second handler for the same channel takes the place of the first.
   *
   * @returns done when messages arrive; while the broker is down, `joinsWhileDown` decides. Rejects
   * when the broker refuses
   */
  subscribe(channel: string, handler: (payload: string) => void): MaybePromise<void> {
    if (this.#closing) return Promise.reject(closedError())
    this.#receivers.set(channel, handler)
    if (this.#subscriptions.wantIfOn(channel)) return
    const done = new Promise<void>((resolve, reject) => {
      this.#subscriptions.want(channel, (error) => {
        if (error) reject(error)
        else resolve()
      })
    })
    if (this.#status === 'down') this.#releaseWaiters()
    this.#wake()
    return done
  }

  /** Nothing is heard from now on; the broker is told when nobody came back for a while. */
  unsubscribe(channel: string): void {
    this.#receivers.mute(channel)
    this.#subscriptions.unwant(channel, performance.now())
  }

  /**
   * Ends the connection, after what was accepted has gone out, or a second. Then nothing of it keeps
   * the process alive.
   */
  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  /** For containers that dispose of what they made: the same as `close`. */
  dispose(): Promise<void> {
    return this.close()
  }

  async #close(): Promise<void> {
    this.#outbox.close()
    this.#closed.abort()
    if (this.#loop.session && !this.#outbox.isEmpty) {
      await atMost(FLUSH_TIMEOUT, new Promise((resolve) => (this.#onEmpty = resolve)))
    }
    clearInterval(this.#ticker)
    clearImmediate(this.#soon)
    this.#loop.stop()
    this.#outbox.abandonAll()
    this.#outbox.setFlow('shut', Infinity)
    this.#subscriptions.lost()
    this.#subscriptions.release(closedError())
    this.#become('down')
  }

  #up(session: BroadcastSession): void {
    const now = performance.now()
    this.#cause = undefined
    this.#probe = new Probe(PROBE, now)
    if (this.#options.kept && this.#status === 'down') this.#holdUntil = now + KEPT_DELAY
    this.#outbox.maxPayload = session.maxPayload ?? Infinity
    this.#tick()
  }

  #down(cause: Error): void {
    this.#probe = undefined
    this.#cause = cause
    this.#outbox.abandonAll()
    this.#subscriptions.lost()
    this.#evaluate()
  }

  #tick(): void {
    const now = performance.now()
    const { session } = this.#loop
    this.#outbox.expire(now)
    if (session && this.#probe) {
      if (this.#probe.tick(now)) void this.#ping(session, this.#probe)
      if (this.#probe.misses >= MAX_MISSES) {
        this.#loop.drop(new Error(`the broker has not answered ${MAX_MISSES} probes in a row`))
      }
    }
    this.#evaluate()
    this.#pump()
  }

  async #ping(session: BroadcastSession, probe: Probe): Promise<void> {
    try {
      await session.ping()
    } catch (error) {
      // It counts as missed when its time is over.
      this.#cause = error as Error
      return
    }
    if (probe !== this.#probe) return
    probe.answered()
    this.#loop.proved()
    this.#evaluate()
  }

  #wake(): void {
    this.#soon ??= setImmediate(() => {
      this.#soon = undefined
      this.#pump()
    })
  }

  #pump(): void {
    const { session } = this.#loop
    if (!session) return
    let steps: SubscriptionSteps | undefined
    while ((steps = this.#subscriptions.take(STEP_SIZE, performance.now()))) {
      void this.#step(session, 'subscribe', steps.subscribe)
      void this.#step(session, 'unsubscribe', steps.unsubscribe)
    }
    let batch: Batch | undefined
    while ((batch = this.#outbox.take())) void this.#send(session, batch)
  }

  async #step(
    session: BroadcastSession,
    kind: SubscriptionOutcome['kind'],
    channels: readonly string[],
  ): Promise<void> {
    if (channels.length === 0) return
    let outcome: SubscriptionOutcome = { kind, channels }
    try {
      await session[kind](channels)
    } catch (error) {
      outcome = { ...outcome, error: error as Error }
      if (session === this.#loop.session) this.#cause = outcome.error
    }
    if (session !== this.#loop.session) return
    this.#subscriptions.settle(outcome, performance.now())
    this.#evaluate()
    this.#wake()
  }

  async #send(session: BroadcastSession, batch: Batch): Promise<void> {
    try {
      this.#outbox.settle(batch, await session.publish(batch.frames))
    } catch {
      this.#outbox.abandon(batch)
    }
    this.#pump()
    if (this.#outbox.isEmpty) this.#onEmpty?.()
  }

  #evaluate(): void {
    const misses = this.#probe?.misses ?? 0
    const now = performance.now()
    const flow = misses > 0 ? 'strained' : 'open'
    const isShut = !this.#loop.session || now < this.#holdUntil
    this.#outbox.setFlow(isShut ? 'shut' : flow, now)
    if (!this.#closing) this.#become(this.#assess(misses))
  }

  #assess(misses: number): TransportStatus {
    if (!this.#loop.session) return this.#cause ? 'down' : 'connecting'
    if (this.#probe?.wasAnswered && misses === 0 && !this.#subscriptions.isBehind) return 'ready'
    return this.#status === 'connecting' ? 'connecting' : 'degraded'
  }

  #become(status: TransportStatus): void {
    const previous = this.#status
    if (status === previous) return
    this.#status = status
    if (status === 'ready') this.#cause = undefined
    if (status === 'down') this.#releaseWaiters()
    const cause = this.#cause
    this.#changes.emit({ status, previous, ...(cause && { cause }) })
  }

  #releaseWaiters(): void {
    const refusal = new Error('the broker is down', { cause: this.#cause })
    this.#subscriptions.release(this.#options.acceptsJoins ? undefined : refusal)
  }
}

function closedError(): Error {
  return new Error('the transport has been closed')
}
