import { afterEach } from '@jest/globals'
import {
  createWsClient,
  type WsClient,
  type WsClientOptions,
  type WsClose,
  type WsStatus,
} from 'enfilade/client'
import { WebSocket } from 'ws'
import { within } from './deadline.js'
import { Inbox } from './inbox.js'

/** A client with a queue of what its status was. */
export interface OpenedClient {
  client: WsClient
  statuses: Inbox<{ status: WsStatus; close: WsClose | undefined }>
  /** Waits until the client has this status, from now on. */
  become(status: WsStatus): Promise<WsClose | undefined>
}

const opened = new Set<WsClient>()

afterEach(() => {
  for (const client of opened) client.close()
  opened.clear()
})

/** Makes a client over the `ws` package; it is closed after the test. */
export function openClient(
  url: string | (() => string),
  options: WsClientOptions = {},
): OpenedClient {
  const client = createWsClient(url, { WebSocket, ...options })
  opened.add(client)
  const statuses = new Inbox<{ status: WsStatus; close: WsClose | undefined }>('a status')
  client.onStatus((status, close) => statuses.push({ status, close }))
  const become = async (status: WsStatus): Promise<WsClose | undefined> => {
    const found = await statuses.next({ match: (item) => item.status === status })
    return found.close
  }
  return { client, statuses, become }
}

/** What a promise rejects with; fails when it resolves, or does neither in time. */
export async function reasonOf(promise: Promise<unknown>): Promise<any> {
  return within(
    promise.then(
      (value) => {
        throw new Error(`Resolved with ${JSON.stringify(value)}`)
      },
      (error: unknown) => error,
    ),
    'a rejection',
  )
}
