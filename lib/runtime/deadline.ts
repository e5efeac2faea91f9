import { isPromise } from '../async/maybe-promise.js'
import { WsError } from '../errors/ws-error.js'
import type { WsContext } from './ws-context.js'

/** What a timer of Node can wait for, in milliseconds. */
export const MAX_TIMEOUT = 2 ** 31 - 1

type Run = (context: WsContext) => unknown

/**
 * A handler that fails with 408 when it takes longer than so many milliseconds. What comes of it later
 * is told to the context, and to nobody else.
 */
export function withDeadline(run: Run, milliseconds: number): Run {
  return (context) => {
    const { clock } = context
    const result = run(context)
    if (!isPromise(result)) return result
    return new Promise((resolve, reject) => {
      const timer = clock.setTimeout(() => {
        const error = new WsError(408, 'The handler took too long')
        context.expire(error)
        reject(error)
      }, milliseconds)
      void Promise.resolve(result).then(
        (value) => {
          clock.clearTimeout(timer)
          if (context.isOver) context.reportLate()
          else resolve(value)
        },
        (error: unknown) => {
          clock.clearTimeout(timer)
          if (context.isOver) context.reportLate(error)
          // Handed on as it is, whatever was thrown.
          else resolve(result)
        },
      )
    })
  }
}
