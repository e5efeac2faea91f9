import { createHash } from 'node:crypto'
import type { RedisSession } from './redis-session.js'

/** A script in Lua, run by its hash. A session has to have loaded it. */
export class RedisScript {
  readonly text: string
  readonly #hash: string

  constructor(text: string) {
    this.text = text
    this.#hash = createHash('sha1').update(text).digest('hex')
  }

  /**
   * Runs it where a channel is; its keys are of the same place. Rejects with what Redis says: also when
   * it has forgotten the script, which is then given to it for the next time. To send it at once would
   * let it overtake, or be overtaken.
   */
  async run(
    session: RedisSession,
    channel: string,
    { keys, args }: { keys: readonly string[]; args: readonly (string | number)[] },
  ): Promise<unknown> {
    const rest = [String(keys.length), ...keys, ...args.map(String)]
    try {
      return await session.call(channel, 'EVALSHA', this.#hash, ...rest)
    } catch (error) {
      if (error instanceof Error && error.message.startsWith('NOSCRIPT')) {
        await session.call(channel, 'SCRIPT', 'LOAD', this.text)
      }
      throw error
    }
  }
}
