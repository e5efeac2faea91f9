import { useCallback, useRef, useSyncExternalStore } from 'react'
import type { ClientDocument } from '../../client/documents/client-document.js'
import type { AnyFields, RecordOf } from '../../client/documents/document-types.js'

const nothing = (): void => undefined
const NONE: readonly string[] = []

/** One record, with edits on their way; `undefined` when it is not there. Renders when it changes. */
export function useRecord<F extends object = AnyFields>(
  document: ClientDocument<F> | undefined,
  id: string | undefined,
): RecordOf<F> | undefined {
  const subscribe = useCallback(
    (changed: () => void) => {
      if (!document || id === undefined) return nothing
      return document.subscribe((ids) => {
        if (ids.has(id)) changed()
      })
    },
    [document, id],
  )
  return useSyncExternalStore(
    subscribe,
    () => (id === undefined ? undefined : document?.get(id)),
    () => undefined,
  )
}

/**
 * The ids of all records, or of those of one type: renders when records come and go, not when they
 * change. With `useRecord` in each row, an edit renders one row.
 */
export function useRecordIds<F extends object = AnyFields>(
  document: ClientDocument<F> | undefined,
  type?: keyof F & string,
): readonly string[] {
  const latest = useRef(NONE)
  const read = useCallback((): readonly string[] => {
    const records = type === undefined ? document?.records() : document?.records(type)
    const now = (records ?? []).map(({ id }) => id)
    const before = latest.current
    const isSame = now.length === before.length && now.every((id, index) => id === before[index])
    if (!isSame) latest.current = now.length === 0 ? NONE : now
    return latest.current
  }, [document, type])
  const subscribe = useCallback(
    (changed: () => void) => {
      if (!document) return nothing
      let known = new Set(read())
      return document.subscribe((ids) => {
        const isMeant = (id: string): boolean => {
          const record = document.get(id)
          return record !== undefined && (type === undefined || record.type === type)
        }
        // A drag tells of the same few again and again: those that are there need no list.
        if (![...ids].some((id) => isMeant(id) !== known.has(id))) return
        known = new Set(read())
        changed()
      })
    },
    [document, type, read],
  )
  return useSyncExternalStore(subscribe, read, () => NONE)
}
