import type { BroadcastSession, BrokerMessage, SessionEvents } from '../managed/broadcast-driver.js'
import { LoopBack } from '../managed/loop-back.js'
import { RedisLink, type RedisLinkOptions } from './redis-link.js'

/** A connection to Redis by which more can be asked than messages need. */
export interface RedisSession extends BroadcastSession {
  /** Whether messages go by the commands of sharded channels. */
  readonly isSharded: boolean
  /**
   * The name of a channel, or of a key at the same place.
   *
   * @param kind tells keys from each other, and from the channel
   */
  nameOf(channel: string, kind?: string): string
  /** Sends a command to where a channel is. Rejects with what Redis says. */
  call(channel: string, command: string, ...args: string[]): Promise<unknown>
}

/** How a session names things, and what it will run. */
export interface RedisSessionOptions {
  readonly prefix: string
  /** Scripts in Lua, to be run by their hash. Default: none. */
  readonly scripts?: readonly string[]
}

/** Connects to one Redis: stand-alone, or the master that sentinels name. */
export async function connectRedis(
  options: Omit<RedisLinkOptions, 'isSharded'> & RedisSessionOptions,
  events: SessionEvents,
  signal: AbortSignal,
): Promise<RedisSession> {
  const { prefix, url, redis, scripts = [] } = options
  const loopBack = new LoopBack(`${prefix}probe:`)
  const link = await RedisLink.connect(
    { url, redis, isSharded: false },
    {
      lost: (cause) => events.lost(cause),
      message: (name, payload) => {
        if (!loopBack.heard(name, payload)) events.message(name.slice(prefix.length), payload)
      },
    },
    signal,
  )
  try {
    if (await link.isReplica()) throw replicaError()
    await link.load(scripts)
    await link.subscribe([loopBack.channel])
  } catch (error) {
    link.close()
    throw error
  }
  /** Another one has taken its place, and it has been told so before its clients. */
  const demoted = (): void => {
    link.close()
    events.lost(replicaError())
  }
  const nameOf = (channel: string, kind = ''): string => prefix + kind + channel
  return {
    isSharded: false,
    nameOf,
    call: async (_channel, command, ...args) => {
      try {
        return await link.call(command, ...args)
      } catch (error) {
        if (error instanceof Error && error.message.includes('READONLY ')) demoted()
        throw error
      }
    },
    publish: async (messages) => {
      const named = messages.map(({ channel, payload }): BrokerMessage => {
        return { channel: nameOf(channel), payload }
      })
      return (await link.publish(named)).refused
    },
    subscribe: (channels) => link.subscribe(channels.map((channel) => nameOf(channel))),
    unsubscribe: (channels) => link.unsubscribe(channels.map((channel) => nameOf(channel))),
    ping: async () => {
      const [isReplica] = await Promise.all([
        link.isReplica(),
        loopBack.ping((message) => link.publish([message])),
      ])
      if (isReplica) demoted()
    },
    close: () => link.close(),
  }
}

function replicaError(): Error {
  return new Error('this Redis is a replica: another one has the messages and keys of its clients')
}
