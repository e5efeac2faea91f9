import { allOf, isPromise, type MaybePromise } from '../async/maybe-promise.js'
import { dataError, type FieldError } from './data-error.js'

/** Reads one item; throws or rejects with a 400. */
interface ItemReader {
  readonly read: (item: unknown) => unknown
  readonly isAsync: boolean
}

/**
 * Reads each item of an array.
 *
 * @throws WsError 400 with the faults of all items, their index in front of the fields
 */
export function readItems(
  data: readonly unknown[],
  item: ItemReader,
): MaybePromise<readonly unknown[]> {
  const faults: (readonly FieldError[])[] = []
  const readItem = (one: unknown, index: number): MaybePromise<unknown> => {
    const fail = (error: unknown): void => {
      faults[index] = faultsAt(index, error)
    }
    try {
      const result = item.read(one)
      return isPromise(result) ? Promise.resolve(result).catch(fail) : result
    } catch (error) {
      fail(error)
      return undefined
    }
  }
  const finish = (items: readonly unknown[]): readonly unknown[] => {
    if (faults.length > 0) throw dataError(faults.flat())
    return items
  }
  if (!item.isAsync) return finish(data.map(readItem))
  return allOf(data.map((one, index) => () => readItem(one, index))).then(finish)
}

/** Puts the index in front of the fields; what is no 400 goes on its way. */
function faultsAt(index: number, error: unknown): readonly FieldError[] {
  const details = (error as { details?: unknown } | undefined)?.details
  if (!Array.isArray(details)) throw error
  return (details as FieldError[]).map(({ field, rule, message }) => ({
    field: field === '' ? String(index) : `${index}.${field}`,
    rule,
    message,
  }))
}
