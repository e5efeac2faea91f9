import { readVarString, readVarUint } from 'lib0/decoding'
import { WebsocketProvider } from 'y-websocket'
import { Doc } from 'yjs'
import type { Link } from './link.js'

/** How the page stands to the server. */
export type Status = 'connecting' | 'synced' | 'offline' | 'closed'

/** What a session tells. */
export interface SessionEvents {
  onStatus(status: Status): void
  onAccess(access: 'read' | 'write'): void
}

/** Messages of y-protocols by which a server says what a client may do. */
const AUTH = 2
const DENIED = 0

/** The text, and the provider of y-websocket as it comes. */
export interface Session {
  readonly doc: Doc
  readonly provider: WebsocketProvider
}

/** Connects the page to its text. */
export function openSession({ name, key }: Link, events: SessionEvents): Session {
  const doc = new Doc()
  const server = `${location.protocol === 'https:' ? 'wss:' : 'ws:'}//${location.host}/text`
  const provider = new WebsocketProvider(server, name, doc, {
    connect: false,
    params: { key },
    // Tabs of one browser would talk past the server, and past what it allows.
    disableBc: true,
  })
  provider.messageHandlers[AUTH] = (_encoder, decoder) => {
    const isDenied = readVarUint(decoder) === DENIED
    readVarString(decoder)
    events.onAccess(isDenied ? 'read' : 'write')
  }
  let hasOpened = false
  provider.on('sync', (isSynced) => {
    if (!isSynced) return
    hasOpened = true
    events.onStatus('synced')
  })
  provider.on('status', ({ status }) => {
    if (status === 'disconnected') events.onStatus(hasOpened ? 'offline' : 'connecting')
  })
  provider.on('connection-error', () => events.onStatus(hasOpened ? 'offline' : 'connecting'))
  provider.on('closed', () => events.onStatus('closed'))
  provider.connect()
  return { doc, provider }
}
