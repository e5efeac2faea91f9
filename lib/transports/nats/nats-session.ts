import {
  connect,
  errors,
  type Msg,
  type NatsConnection,
  type NodeConnectionOptions,
  type Subscription,
} from '@nats-io/transport-node'
import type { BroadcastSession, BrokerMessage, SessionEvents } from '../managed/broadcast-driver.js'
import type { ResolvedNatsOptions } from './nats-options.js'

/** What the client must leave to the transport: a connection that is lost is not repaired. */
export const OURS = {
  reconnect: false,
  waitOnFirstConnect: false,
  /** Local members have been served: what comes back would be dropped. */
  noEcho: true,
  timeout: 2_000,
  pingInterval: 5_000,
  maxPingOut: 2,
} satisfies NodeConnectionOptions

/** Connects to one of the servers. */
export async function connectNats(
  { nats, prefix }: ResolvedNatsOptions,
  events: SessionEvents,
  signal: AbortSignal,
): Promise<BroadcastSession> {
  const connection = await connect({ ...nats, ...OURS })
  if (signal.aborted) {
    await connection.close()
    signal.throwIfAborted()
  }
  return new NatsSession(connection, prefix, events)
}

/** A connection to NATS: each channel is a subject. */
export class NatsSession implements BroadcastSession {
  readonly maxPayload: number
  readonly #connection: NatsConnection
  readonly #prefix: string
  readonly #events: SessionEvents
  readonly #subscriptions = new Map<string, Subscription>()
  /** Subjects that the server refused, since somebody last asked. */
  readonly #refused = { publish: new Set<string>(), subscription: new Set<string>() }

  constructor(connection: NatsConnection, prefix: string, events: SessionEvents) {
    this.#connection = connection
    this.#prefix = prefix
    this.#events = events
    this.maxPayload = connection.info?.max_payload ?? Infinity
    void this.#watch()
    void this.#awaitEnd()
  }

  /** The server answers behind the messages: then it has taken them, or said what it refuses. */
  async publish(messages: readonly BrokerMessage[]): Promise<readonly number[]> {
    const subjects = messages.map(({ channel }) => this.#subject(channel))
    messages.forEach(({ payload }, index) => {
      this.#connection.publish(subjects[index] as string, payload)
    })
    await this.#connection.flush()
    return subjects.flatMap((subject, index) => (this.#refused.publish.has(subject) ? [index] : []))
  }

  async subscribe(channels: readonly string[]): Promise<void> {
    const subjects = channels.map((channel) => this.#listen(channel))
    await this.#connection.flush()
    const refused = subjects.filter((subject) => this.#refused.subscription.delete(subject))
    if (refused.length === 0) return
    await this.unsubscribe(channels)
    throw new Error(`the server allows no subscription to ${refused[0]}`)
  }

  async unsubscribe(channels: readonly string[]): Promise<void> {
    for (const channel of channels) {
      this.#subscriptions.get(channel)?.unsubscribe()
      this.#subscriptions.delete(channel)
    }
    await this.#connection.flush()
  }

  /** The server answers on the connection that carries the messages, in order with them. */
  ping(): Promise<void> {
    return this.#connection.flush()
  }

  close(): void {
    // It destroys the socket, and does not reject.
    void this.#connection.close()
  }

  /** What a message says; `undefined` for nothing. */
  protected read(message: Msg): string | undefined {
    return message.string()
  }

  #listen(channel: string): string {
    const subject = this.#subject(channel)
    // After an unsubscribe that failed it may still be there.
    this.#subscriptions.get(channel)?.unsubscribe()
    const subscription = this.#connection.subscribe(subject, {
      callback: (error, message) => {
        const text = error ? undefined : this.read(message)
        if (text !== undefined) this.#events.message(channel, text)
      },
    })
    this.#subscriptions.set(channel, subscription)
    return subject
  }

  /** Any text is a channel, but not a subject. */
  #subject(channel: string): string {
    return `${this.#prefix}.${Buffer.from(channel).toString('base64url')}`
  }

  async #watch(): Promise<void> {
    for await (const status of this.#connection.status()) {
      if (status.type !== 'error') continue
      const { error } = status
      if (error instanceof errors.PermissionViolationError) {
        this.#refused[error.operation].add(error.subject)
      }
    }
  }

  async #awaitEnd(): Promise<void> {
    const cause = await this.#connection.closed()
    this.#events.lost(cause ?? new Error('the connection to NATS was closed'))
  }
}
