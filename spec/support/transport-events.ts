import type {
  ManagedTransport,
  TransportGap,
  TransportStatus,
  TransportStatusChange,
} from 'enfilade'
import { within } from './deadline.js'

/** What knows how it stands to its broker. */
export interface StatusSource {
  readonly status: TransportStatus
  onStatus(listener: (change: TransportStatusChange) => void): () => void
}

/** Done when the status is this one; rejects after so many milliseconds. */
export async function becomes(
  transport: StatusSource,
  status: TransportStatus,
  ms?: number,
): Promise<void> {
  if (transport.status === status) return
  let off = (): void => undefined
  const change = new Promise<void>((resolve) => {
    off = transport.onStatus((next) => {
      if (next.status === status) resolve()
    })
  })
  try {
    await within(change, () => `status ${status}, it is ${transport.status}`, ms)
  } finally {
    off()
  }
}

/** Hears a channel that carries numbers, and keeps what can be said of them. */
export class NumberReceiver {
  received = 0
  /** How many came after a higher one, or twice. */
  disorders = 0
  /** What the gaps of the channel add up to. */
  missed = 0
  last = 0
  #waiting: { number: number; resolve: () => void } | undefined

  private constructor(private readonly channel: string) {}

  static async on(transport: ManagedTransport, channel: string): Promise<NumberReceiver> {
    const receiver = new NumberReceiver(channel)
    transport.onGap((gap) => receiver.#gap(gap))
    await transport.subscribe(channel, (payload) => receiver.#take(Number(payload)))
    return receiver
  }

  /** Done when this number, or a later one, has come. */
  async until(number: number, ms?: number): Promise<void> {
    if (this.last >= number) return
    const arrived = new Promise<void>((resolve) => (this.#waiting = { number, resolve }))
    await within(arrived, () => `number ${number}, the last was ${this.last}`, ms)
  }

  #take(number: number): void {
    this.received++
    if (number <= this.last) this.disorders++
    this.last = Math.max(number, this.last)
    if (this.#waiting && number >= this.#waiting.number) this.#waiting.resolve()
  }

  #gap({ channel, missed }: TransportGap): void {
    if (channel === this.channel) this.missed += missed
  }
}

/** Publishes 1, 2, 3 and so on, some each millisecond, until it is stopped. */
export class NumberLoad {
  sent = 0
  refused = 0
  #isRunning = true

  constructor(
    private readonly transport: ManagedTransport,
    private readonly channel: string,
    private readonly perMillisecond = 5,
  ) {
    this.#turn()
  }

  publish(): void {
    if (!this.transport.publish(this.channel, String(++this.sent)).accepted) this.refused++
  }

  stop(): void {
    this.#isRunning = false
  }

  #turn(): void {
    if (!this.#isRunning) return
    for (let count = 0; count < this.perMillisecond; count++) this.publish()
    setTimeout(() => this.#turn(), 1)
  }
}

/** Counts, and tells when there are so many. */
export class Counter {
  count = 0
  #waiting: { count: number; resolve: () => void } | undefined

  /** @param what is counted, for whoever waits for it in vain */
  constructor(private readonly what: string) {}

  add(): void {
    this.count++
    if (this.count === this.#waiting?.count) this.#waiting.resolve()
  }

  /** Done when there are so many; rejects after so many milliseconds. */
  async until(count: number, ms?: number): Promise<void> {
    if (this.count >= count) return
    const reached = new Promise<void>((resolve) => (this.#waiting = { count, resolve }))
    await within(reached, () => `${count} ${this.what}, there are ${this.count}`, ms)
  }
}
