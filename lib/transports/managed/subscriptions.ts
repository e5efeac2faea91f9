/** Hears how a subscription that was asked for came out. */
export type SubscriptionWaiter = (error?: Error) => void

/** What has to be asked of the broker. */
export interface SubscriptionSteps {
  readonly subscribe: readonly string[]
  readonly unsubscribe: readonly string[]
}

/** How a step came out. */
export interface SubscriptionOutcome {
  readonly kind: keyof SubscriptionSteps
  readonly channels: readonly string[]
  readonly error?: Error
}

interface Subscription {
  readonly channel: string
  state: 'off' | 'starting' | 'on' | 'stopping'
  isWanted: boolean
  /** Whoever wanted it has been told that it is there: it has to be renewed when it is lost. */
  isPromised: boolean
  waiters: SubscriptionWaiter[]
  failures: number
}

const FIRST_RETRY = 250
const LONGEST_RETRY = 5_000

/**
 * Brings what is subscribed to what is wanted: one step at a time for each channel, however wishes
 * and outages follow each other. Knows neither broker nor clock: steps are taken from it, outcomes
 * and times, in milliseconds, are told to it.
 */
export class Subscriptions {
  readonly #linger: number
  readonly #onGone: (channel: string) => void
  readonly #all = new Map<string, Subscription>()
  /** Where wish and state may differ. */
  readonly #open = new Set<Subscription>()
  readonly #waiting = new Set<Subscription>()
  /** Promised, but not on. */
  readonly #behind = new Set<Subscription>()
  /** On, wanted by nobody, and when they end: the first to come are the first to go. */
  readonly #lingering = new Map<Subscription, number>()
  readonly #retries = new Map<Subscription, number>()

  /**
   * @param linger how long a subscription stays that nobody wants any more
   * @param onGone hears of channels that are neither wanted nor on any more
   */
  constructor(linger: number, onGone: (channel: string) => void = () => undefined) {
    this.#linger = linger
    this.#onGone = onGone
  }

  /** How many channels are wanted, or not yet done with. */
  get size(): number {
    return this.#all.size
  }

  /** Whether something is not received that was promised. */
  get isBehind(): boolean {
    return this.#behind.size > 0
  }

  /** @returns whether the channel is on, and stays so now; if not, nothing has changed */
  wantIfOn(channel: string): boolean {
    const subscription = this.#all.get(channel)
    // After an unsubscribe that failed nobody knows whether it is on.
    if (subscription?.state !== 'on' || subscription.failures > 0) return false
    subscription.isWanted = true
    subscription.isPromised = true
    this.#lingering.delete(subscription)
    return true
  }

  /** @param waiter is told when it is on, or cannot be; at once when it is on already */
  want(channel: string, waiter: SubscriptionWaiter): void {
    if (this.wantIfOn(channel)) {
      waiter()
      return
    }
    const subscription = this.#find(channel)
    subscription.isWanted = true
    if (subscription.state === 'on') subscription.state = 'off'
    if (subscription.state === 'off') this.#open.add(subscription)
    subscription.waiters.push(waiter)
    this.#waiting.add(subscription)
  }

  unwant(channel: string, now: number): void {
    const subscription = this.#all.get(channel)
    if (!subscription?.isWanted) return
    this.#abandon(subscription)
    this.#answer(subscription, new Error(`unsubscribed from ${channel} meanwhile`))
    if (subscription.state === 'on') this.#lingering.set(subscription, now + this.#linger)
  }

  /** @returns what has to be done now, at most `max` channels; they count as under way */
  take(max: number, now: number): SubscriptionSteps | undefined {
    this.#wake(now)
    const subscribe: string[] = []
    const unsubscribe: string[] = []
    for (const subscription of this.#open) {
      if (subscribe.length + unsubscribe.length >= max) break
      this.#open.delete(subscription)
      const { state, isWanted, channel } = subscription
      if (isWanted && state === 'off') {
        subscription.state = 'starting'
        subscribe.push(channel)
      } else if (!isWanted && state === 'on') {
        subscription.state = 'stopping'
        unsubscribe.push(channel)
      }
    }
    return subscribe.length + unsubscribe.length > 0 ? { subscribe, unsubscribe } : undefined
  }

  /** A step of the present session is done. */
  settle({ kind, channels, error }: SubscriptionOutcome, now: number): void {
    for (const channel of channels) {
      const subscription = this.#all.get(channel)
      if (!subscription) continue
      if (kind === 'unsubscribe') this.#stopped(subscription, error, now)
      else if (error) this.#refused(subscription, error, now)
      else this.#started(subscription, now)
    }
  }

  /** The session is gone, and every subscription with it. */
  lost(): void {
    for (const collection of [this.#open, this.#lingering, this.#retries]) collection.clear()
    for (const subscription of this.#all.values()) {
      subscription.state = 'off'
      if (!subscription.isWanted) {
        this.#forget(subscription)
        continue
      }
      this.#open.add(subscription)
      if (subscription.isPromised) this.#behind.add(subscription)
    }
  }

  /**
   * Nobody is to wait any longer: with an error they are refused, without one they are told yes,
   * and subscribed when it can be done.
   */
  release(error?: Error): void {
    for (const subscription of this.#waiting) {
      if (!error) {
        subscription.isPromised = true
        this.#behind.add(subscription)
      } else if (!subscription.isPromised) {
        this.#abandon(subscription)
      }
      this.#answer(subscription, error)
    }
  }

  #find(channel: string): Subscription {
    const known = this.#all.get(channel)
    if (known) return known
    const made: Subscription = {
      channel,
      state: 'off',
      isWanted: false,
      isPromised: false,
      waiters: [],
      failures: 0,
    }
    this.#all.set(channel, made)
    return made
  }

  #wake(now: number): void {
    for (const timed of [this.#lingering, this.#retries]) {
      for (const [subscription, at] of timed) {
        // What is retried waits for different times: all are looked at. What lingers is in order.
        if (at > now && timed === this.#lingering) break
        if (at > now) continue
        timed.delete(subscription)
        this.#open.add(subscription)
      }
    }
  }

  #started(subscription: Subscription, now: number): void {
    subscription.state = 'on'
    subscription.failures = 0
    this.#behind.delete(subscription)
    if (!subscription.isWanted) {
      this.#lingering.set(subscription, now + this.#linger)
      return
    }
    subscription.isPromised = true
    this.#answer(subscription)
  }

  /** Whoever waits is told, and wants it no more; what was promised is tried again. */
  #refused(subscription: Subscription, error: Error, now: number): void {
    subscription.state = 'off'
    if (!subscription.isPromised) this.#abandon(subscription)
    this.#answer(subscription, error)
    if (subscription.isWanted) this.#retry(subscription, now)
  }

  #stopped(subscription: Subscription, error: Error | undefined, now: number): void {
    const { isWanted } = subscription
    subscription.state = error && !isWanted ? 'on' : 'off'
    if (isWanted) this.#open.add(subscription)
    else if (error) this.#retry(subscription, now)
    else this.#forget(subscription)
  }

  #retry(subscription: Subscription, now: number): void {
    const delay = Math.min(FIRST_RETRY * 2 ** subscription.failures++, LONGEST_RETRY)
    this.#retries.set(subscription, now + delay)
  }

  #abandon(subscription: Subscription): void {
    subscription.isWanted = false
    subscription.isPromised = false
    this.#behind.delete(subscription)
    this.#retries.delete(subscription)
    if (subscription.state !== 'off') return
    this.#open.delete(subscription)
    this.#forget(subscription)
  }

  #forget({ channel }: Subscription): void {
    this.#all.delete(channel)
    this.#onGone(channel)
  }

  #answer(subscription: Subscription, error?: Error): void {
    this.#waiting.delete(subscription)
    for (const waiter of subscription.waiters.splice(0)) waiter(error)
  }
}
