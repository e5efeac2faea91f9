import { once } from 'node:events'
import { WebSocket } from 'ws'
import { within } from './deadline.js'
import { Inbox } from './inbox.js'

/** A `ws` socket with nothing around it but a queue of the JSON that came. */
export interface PlainSocket {
  socket: WebSocket
  received: Inbox<unknown>
  /** Sends a value as JSON. */
  send(value: unknown): void
}

/** Opens a `ws` socket. */
export async function openPlainSocket(url: string): Promise<PlainSocket> {
  const socket = new WebSocket(url)
  const received = new Inbox<unknown>('a frame')
  socket.on('message', (bytes: Buffer) => received.push(JSON.parse(bytes.toString())))
  await within(once(socket, 'open'), `a plain socket to ${url}`)
  return { socket, received, send: (value) => socket.send(JSON.stringify(value)) }
}
