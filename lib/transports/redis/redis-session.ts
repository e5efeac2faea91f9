import type { BroadcastSession, BrokerMessage, SessionEvents } from '../managed/broadcast-driver.js'
import { LoopBack } from '../managed/loop-back.js'
import { RedisLink, type RedisLinkOptions } from './redis-link.js'

/** Connects to one Redis: stand-alone, or the master that sentinels name. */
export async function connectRedis(
  options: Omit<RedisLinkOptions, 'isSharded'> & { readonly prefix: string },
  events: SessionEvents,
  signal: AbortSignal,
): Promise<BroadcastSession> {
  const { prefix, url, redis } = options
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
    await link.subscribe([loopBack.channel])
  } catch (error) {
    link.close()
    throw error
  }
  const nameOf = (channel: string): string => prefix + channel
  return {
    publish: async (messages) => {
      const named = messages.map(({ channel, payload }): BrokerMessage => {
        return { channel: nameOf(channel), payload }
      })
      return (await link.publish(named)).refused
    },
    subscribe: (channels) => link.subscribe(channels.map(nameOf)),
    unsubscribe: (channels) => link.unsubscribe(channels.map(nameOf)),
    ping: () => loopBack.ping((message) => link.publish([message])),
    close: () => link.close(),
  }
}
