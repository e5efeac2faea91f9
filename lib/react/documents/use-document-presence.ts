import { useCallback, useMemo, useSyncExternalStore } from 'react'
import type { ClientDocument } from '../../client/documents/client-document.js'
import type { PresenceUser } from '../../protocol/documents/document-frames.js'

const nothing = (): void => undefined
const NOBODY: readonly PresenceUser[] = []

/** The others in a document who show something of themselves. */
export function useDocumentPresence<F extends object>(
  document: ClientDocument<F> | undefined,
): readonly PresenceUser[] {
  // As it was told last: the document makes a new list each time it is asked.
  const box = useMemo(() => ({ users: document?.presence ?? NOBODY }), [document])
  const subscribe = useCallback(
    (changed: () => void) => {
      if (!document) return nothing
      box.users = document.presence
      return document.on('presence', (users) => {
        box.users = users
        changed()
      })
    },
    [document, box],
  )
  return useSyncExternalStore(
    subscribe,
    () => box.users,
    () => NOBODY,
  )
}
