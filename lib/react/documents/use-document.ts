import { useCallback, useEffect, useRef, useState, useSyncExternalStore } from 'react'
import type {
  ClientDocument,
  ClientDocumentOptions,
  DocumentClosed,
  DocumentStatus,
} from '../../client/documents/client-document.js'
import type { AnyFields } from '../../client/documents/document-types.js'
import { openDocument } from '../../client/documents/open-document.js'
import type { WsClient } from '../../client/ws-client.js'
import type { DocumentAccess } from '../../protocol/documents/document-frames.js'
import { useClient } from '../ws-provider.js'

/** How a document stands. */
interface DocumentFacts {
  /** `loading` on a server, and until there is a client. */
  readonly status: DocumentStatus
  readonly access: DocumentAccess
  /** How many transactions are not known to be safe. */
  readonly pending: number
  readonly canUndo: boolean
  readonly canRedo: boolean
  /** Why the server wants no more of it. */
  readonly closed: DocumentClosed | undefined
}

/** What `useDocument` gives. It does not change with the records: `useRecord` does. */
export interface DocumentState<F extends object = AnyFields> extends DocumentFacts {
  /** `undefined` on a server, and until there is a client. */
  readonly document: ClientDocument<F> | undefined
}

/** How many components hold a document. */
const holders = new WeakMap<object, number>()

const nothing = (): void => undefined

const NOTHING: DocumentFacts = {
  status: 'loading',
  access: 'read',
  pending: 0,
  canUndo: false,
  canRedo: false,
  closed: undefined,
}

/**
 * Has a document open for as long as the component is mounted; several components may share one. It is
 * closed when the last of them is gone.
 *
 * @param options those of the first render count
 * @typeParam F the fields of each type of record
 */
export function useDocument<F extends object = AnyFields>(
  path: string,
  options?: ClientDocumentOptions,
): DocumentState<F> {
  const client = useClient()
  const [first] = useState(options)
  const [held, setHeld] = useState<ClientDocument<F>>()
  useEffect(() => {
    if (!client) return undefined
    const opened = hold<F>(client, path, first)
    setHeld(opened)
    return () => letGo(opened)
  }, [client, path, first])
  // Of another path until the effect has run.
  const document = held?.path === path ? held : undefined
  return { document, ...useFacts(document) }
}

function hold<F extends object>(
  client: WsClient,
  path: string,
  options: ClientDocumentOptions | undefined,
): ClientDocument<F> {
  const document = openDocument<F>(client, path, options)
  holders.set(document, (holders.get(document) ?? 0) + 1)
  return document
}

function letGo<F extends object>(document: ClientDocument<F>): void {
  // Later: strict mode, and one screen after another, hold it again at once.
  setTimeout(() => {
    const left = (holders.get(document) ?? 1) - 1
    holders.set(document, left)
    if (left === 0) void document.close()
  })
}

function useFacts<F extends object>(document: ClientDocument<F> | undefined): DocumentFacts {
  const latest = useRef(NOTHING)
  const facts = (): DocumentFacts => {
    const now = document ? factsOf(document) : NOTHING
    const names = Object.keys(now) as (keyof DocumentFacts)[]
    if (names.some((name) => now[name] !== latest.current[name])) latest.current = now
    return latest.current
  }
  const subscribe = useCallback(
    (changed: () => void) => {
      if (!document) return nothing
      const events = ['status', 'access', 'pending'] as const
      const offs = events.map((event) => document.on(event, changed))
      return () => {
        for (const off of offs) off()
      }
    },
    [document],
  )
  return useSyncExternalStore(subscribe, facts, () => NOTHING)
}

function factsOf<F extends object>(document: ClientDocument<F>): DocumentFacts {
  const { status, access, pending, canUndo, canRedo, closed } = document
  return { status, access, pending, canUndo, canRedo, closed }
}
