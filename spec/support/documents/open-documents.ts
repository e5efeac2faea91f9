import { afterEach } from '@jest/globals'
import {
  createDocumentClient,
  type ClientDocument,
  type DocumentClient,
  type DocumentClientOptions,
} from 'enfilade/client/documents'
import { WebSocket } from 'ws'
import { within } from '../deadline.js'

const opened = new Set<DocumentClient>()

afterEach(() => {
  for (const client of opened) client.close()
  opened.clear()
})

/** A client with documents over the `ws` package; it is closed after the test. */
export function openDocuments(url: string, options: DocumentClientOptions = {}): DocumentClient {
  const client = createDocumentClient(url, { WebSocket, ...options })
  opened.add(client)
  return client
}

/** Waits until something holds of a document, looking whenever it changes. */
export function until(
  document: ClientDocument<any>,
  what: string,
  holds: () => boolean,
): Promise<void> {
  return within(
    new Promise<void>((resolve) => {
      const events = ['change', 'status', 'access', 'presence', 'pending', 'rejected'] as const
      const look = (): void => {
        if (!holds()) return
        for (const off of offs) off()
        resolve()
      }
      const offs = events.map((event) => document.on(event, look))
      look()
    }),
    what,
    10_000,
  )
}

export function synced(document: ClientDocument<any>): Promise<void> {
  return until(document, 'synced', () => document.status === 'synced')
}
