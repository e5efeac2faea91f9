import { Redis } from 'ioredis'
import { Archive, MESSAGES_KEPT, type Kept } from '../02-chat/archive.js'
import type { Said } from '../02-chat/chat.channel.js'

const DAY = 86_400

/** In one step, so that of two nodes that are told the same only one keeps it. */
const APPEND = `
  local known = redis.call('HGET', KEYS[1], ARGV[1])
  if known then return known end
  redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
  if redis.call('RPUSH', KEYS[2], ARGV[1]) > ${MESSAGES_KEPT} then
    redis.call('HDEL', KEYS[1], redis.call('LPOP', KEYS[2]))
  end
  redis.call('EXPIRE', KEYS[1], ${DAY})
  redis.call('EXPIRE', KEYS[2], ${DAY})
  return false`

const RECENT = `
  local ids = redis.call('LRANGE', KEYS[2], 0, -1)
  if #ids == 0 then return {} end
  return redis.call('HMGET', KEYS[1], unpack(ids))`

/** Remembers what was said at any node; while Redis is away, what was said at this one. */
export class RedisArchive extends Archive {
  readonly #redis: Redis

  constructor(url: string) {
    super()
    this.#redis = new Redis(url, {
      // A call fails at once while Redis is away, and after a second when it hangs.
      enableOfflineQueue: false,
      autoResendUnfulfilledCommands: false,
      commandTimeout: 1_000,
      maxRetriesPerRequest: 0,
    })
    // The transport tells how Redis is; without a listener ioredis would write each attempt down.
    this.#redis.on('error', () => undefined)
  }

  override async append(room: string, said: Said): Promise<Kept> {
    const here = await super.append(room, said)
    if (!here.isNew) return here
    const known = await this.#ask(APPEND, room, said.id, JSON.stringify(said))
    // The node that kept it may not have lived to tell the room. Pages show an id once.
    return typeof known === 'string' ? { said: JSON.parse(known) as Said, isNew: true } : here
  }

  override async recent(room: string): Promise<readonly Said[]> {
    const [here, kept] = await Promise.all([super.recent(room), this.#ask(RECENT, room)])
    const shared = Array.isArray(kept) ? kept.map((text) => JSON.parse(String(text)) as Said) : []
    const byId = new Map([...here, ...shared].map((said) => [said.id, said]))
    return [...byId.values()].sort((a, b) => a.at - b.at).slice(-MESSAGES_KEPT)
  }

  /** `undefined` when Redis is away: what is kept here has to do. */
  async #ask(script: string, room: string, ...values: string[]): Promise<unknown> {
    try {
      return await this.#redis.eval(script, 2, `said:${room}`, `order:${room}`, ...values)
    } catch {
      return undefined
    }
  }
}
