import type { Clock } from '../../async/clock.js'
import { WsError } from '../../errors/ws-error.js'
import type { StreamContext } from './stream-context.js'

/** How many items a caller gets that did not ask for a stream. */
const MAX_COLLECTED = 1000

/** What a list is gathered with. */
export interface CollectParts {
  readonly context: StreamContext
  readonly clock: Clock
  /** Milliseconds that all items together may take; 0 for no limit. */
  readonly timeout: number
}

/**
 * The items of a stream as one list.
 *
 * @returns a promise that rejects with 400 where nobody gets the reply, 408 when it takes too long, and
 * 413 for more than 1,000; the handler's `finally` has been told to run then
 */
export async function collect(
  iterator: AsyncIterator<unknown>,
  { context, clock, timeout }: CollectParts,
): Promise<unknown[]> {
  const items: unknown[] = []
  let late: ((error: WsError) => void) | undefined
  const over = new Promise<never>((_resolve, reject) => (late = reject))
  over.catch(() => undefined)
  const expire = (): void => {
    const error = new WsError(408, 'The handler took too long')
    context.expire(error)
    late?.(error)
  }
  const timer = timeout > 0 ? clock.setTimeout(expire, timeout) : undefined
  try {
    if (context.id === undefined) throw new WsError(400, 'A stream needs an id to reply to')
    for (;;) {
      const result = await Promise.race([iterator.next(), over])
      if (result.done === true) return items
      if (items.length === MAX_COLLECTED) {
        throw new WsError(413, `More than ${MAX_COLLECTED} items: ask for them as a stream`)
      }
      items.push(result.value)
    }
  } catch (error) {
    // Whoever hangs may hang here, too.
    Promise.resolve(iterator.return?.()).catch(() => undefined)
    throw error
  } finally {
    clock.clearTimeout(timer)
  }
}
