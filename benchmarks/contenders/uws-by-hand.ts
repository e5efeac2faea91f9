// The control: what a careful developer writes on uWebSockets.js without a framework. JSON.parse, a
// Map of handlers, checks by hand, JSON.stringify, native topics.
import { App, type WebSocket } from 'uWebSockets.js'
import { ready } from './contender.js'

interface Message {
  readonly event: string
  readonly path: string
  readonly data?: unknown
  readonly id?: number
}

type Socket = WebSocket<object>
type Handler = (socket: Socket, message: Message) => unknown

class Invalid extends Error {}

const handlers = new Map<string, Handler>([
  ['echo', (_socket, { data }) => data],
  ['order', (_socket, { data }) => checkOrder(data)],
  [
    'join',
    (socket, { path }) => {
      socket.subscribe(path)
      return { joined: true }
    },
  ],
  [
    'say',
    (socket, { path, data }) => {
      const room = path.slice('/room/'.length)
      socket.publish(path, JSON.stringify({ event: 'say', path, params: { room }, data }))
      return data
    },
  ],
])

function checkOrder(data: unknown): unknown {
  if (typeof data !== 'object' || data === null) throw new Invalid('data must be an object')
  const { sku, quantity, note } = data as Record<string, unknown>
  if (typeof sku !== 'string' || sku.length < 1 || sku.length > 32) throw new Invalid('sku')
  if (!Number.isInteger(quantity) || (quantity as number) < 1) throw new Invalid('quantity')
  if (typeof note !== 'string' || note.length > 200) throw new Invalid('note')
  for (const key in data) {
    if (key !== 'sku' && key !== 'quantity' && key !== 'note') throw new Invalid(key)
  }
  return { sku, quantity, note }
}

const decoder = new TextDecoder()

function answer(socket: Socket, message: Message): void {
  const { event, id } = message
  const handler = handlers.get(event)
  try {
    if (!handler) throw new Invalid('no such event')
    const data = handler(socket, message)
    if (id !== undefined) socket.send(JSON.stringify({ id, data }))
  } catch (error) {
    const code = error instanceof Invalid ? 400 : 500
    if (id !== undefined) socket.send(JSON.stringify({ id, error: { code, message: 'refused' } }))
  }
}

const app = App()
app.ws('/*', {
  maxPayloadLength: 64 * 1024,
  idleTimeout: 60,
  maxBackpressure: 64 * 1024 * 1024,
  message: (socket: Socket, bytes) => {
    answer(socket, JSON.parse(decoder.decode(bytes)) as Message)
  },
})
app.listen('127.0.0.1', 0, (listening) => {
  if (!listening) throw new Error('cannot listen')
  void import('uWebSockets.js').then((uws) => ready(uws.us_socket_local_port(listening as never)))
})
