import { Redis, type RedisOptions } from 'ioredis'
import type { BrokerMessage, SessionEvents } from '../managed/broadcast-driver.js'

/** Milliseconds for the network to connect. */
const CONNECT_TIMEOUT = 2_000

/** Milliseconds for a sentinel to connect and answer: then the next one is asked. */
const SENTINEL_TIMEOUT = 700

/**
 * What ioredis must leave to the transport: a connection that is lost is not repaired, and nothing is
 * kept to be sent, or sent again, behind its back.
 */
const OURS = {
  lazyConnect: true,
  retryStrategy: () => null,
  sentinelRetryStrategy: () => null,
  reconnectOnError: null,
  enableOfflineQueue: false,
  autoResendUnfulfilledCommands: false,
  autoResubscribe: false,
  maxRetriesPerRequest: 0,
  enableAutoPipelining: false,
  connectTimeout: CONNECT_TIMEOUT,
  disconnectTimeout: 0,
  keyPrefix: '',
} satisfies RedisOptions

/** How to reach a node. */
export interface RedisLinkOptions {
  readonly url?: string | undefined
  readonly redis: RedisOptions
  /** On a cluster the commands of sharded channels are used. */
  readonly isSharded: boolean
}

/** Two connections to one Redis: what subscribes takes no other commands. */
export class RedisLink {
  readonly #pub: Redis
  readonly #sub: Redis
  readonly #isSharded: boolean
  #isClosed = false

  private constructor({ url, redis, isSharded }: RedisLinkOptions, events: SessionEvents) {
    this.#isSharded = isSharded
    const make = (): Redis => {
      const options = { sentinelCommandTimeout: SENTINEL_TIMEOUT, ...redis, ...OURS }
      return url === undefined ? new Redis(options) : new Redis(url, options)
    }
    this.#pub = make()
    this.#sub = make()
    let cause = new Error('the connection to Redis was closed')
    const lost = (): void => {
      if (this.#isClosed) return
      this.close()
      events.lost(cause)
    }
    for (const connection of [this.#pub, this.#sub]) {
      connection.on('error', (error: Error) => (cause = error))
      connection.on('end', lost)
    }
    // A shard has gone to another node: everything is looked up anew.
    this.#sub.on('moved', () => {
      cause = new Error('a slot of the cluster has moved')
      lost()
    })
    this.#sub.on(isSharded ? 'smessage' : 'message', (channel: string, payload: string) =>
      events.message(channel, payload),
    )
  }

  /** Connects both; nothing stays open when one fails or the signal comes. */
  static async connect(
    options: RedisLinkOptions,
    events: SessionEvents,
    signal: AbortSignal,
  ): Promise<RedisLink> {
    const link = new RedisLink(options, events)
    const abort = (): void => link.close()
    signal.addEventListener('abort', abort)
    try {
      signal.throwIfAborted()
      await Promise.all([link.#pub.connect(), link.#sub.connect()])
      return link
    } catch (error) {
      link.close()
      throw error
    } finally {
      signal.removeEventListener('abort', abort)
    }
  }

  /** Asks the node for something else than messages. */
  async call(command: string, ...args: string[]): Promise<unknown> {
    return this.#pub.call(command, ...args)
  }

  /**
   * Whether it takes what it is told from others only. It would hand a message to those who are connected
   * to it, and to nobody else.
   */
  async isReplica(): Promise<boolean> {
    const role = await this.#pub.call('ROLE').catch((error: unknown) => {
      // It is a right of its own, which not everybody has, and what is like Redis may not know it.
      if (error instanceof Error && error.name === 'ReplyError') return ['unknown']
      throw error
    })
    return (role as [string])[0] === 'slave'
  }

  /** Makes scripts known to this node: until its script cache is flushed. */
  async load(scripts: readonly string[]): Promise<void> {
    await Promise.all(scripts.map((script) => this.#pub.call('SCRIPT', 'LOAD', script)))
  }

  /** @returns the positions of those that Redis refused, and why the first was */
  async publish(
    messages: readonly BrokerMessage[],
  ): Promise<{ refused: readonly number[]; error?: Error }> {
    const command = this.#isSharded ? 'spublish' : 'publish'
    const pipeline = this.#pub.pipeline(
      messages.map(({ channel, payload }) => [command, channel, payload]),
    )
    const results = (await pipeline.exec()) ?? []
    const refused = messages.flatMap((_message, index) => (results[index]?.[0] ? [index] : []))
    const error = results[refused[0] ?? -1]?.[0]
    return error ? { refused, error } : { refused }
  }

  async subscribe(channels: readonly string[]): Promise<void> {
    if (this.#isSharded) await this.#sub.ssubscribe(...channels)
    else await this.#sub.subscribe(...channels)
  }

  async unsubscribe(channels: readonly string[]): Promise<void> {
    if (this.#isSharded) await this.#sub.sunsubscribe(...channels)
    else await this.#sub.unsubscribe(...channels)
  }

  close(): void {
    this.#isClosed = true
    this.#pub.disconnect()
    this.#sub.disconnect()
  }
}
