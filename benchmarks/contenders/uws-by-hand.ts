// The control: what a careful developer writes on uWebSockets.js without a framework. JSON.parse, a
// Map of handlers, checks by hand, JSON.stringify, native topics.
import { App, us_socket_local_port, type us_listen_socket, type WebSocket } from 'uWebSockets.js'
import { checkOrder, Invalid } from './check-order.js'
import { later } from './later.js'
import { ready, ROUTES } from './ready.js'

interface Message {
  readonly event: string
  readonly path: string
  readonly data?: unknown
  readonly id?: number
}

type Socket = WebSocket<object>
/** What it returns is the reply, unless it is `undefined`. */
type Handler = (socket: Socket, message: Message) => unknown

const handlers = new Map<string, Handler>([
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
  [
    'burst',
    (socket, { path, data }) => {
      const { count, text } = data as { count: number; text: string }
      const room = path.slice('/room/'.length)
      for (let n = 0; n < count; n++) {
        const push = { event: 'say', path, params: { room }, data: { n, text } }
        socket.publish(path, JSON.stringify(push))
      }
      return { count }
    },
  ],
  ['late', replyLater],
])
for (let route = 0; route < ROUTES; route++) {
  handlers.set(`echo-${route}`, (_socket, { data }) => data)
}

const decoder = new TextDecoder()

function answer(socket: Socket, message: Message): void {
  const { event, id } = message
  const handler = handlers.get(event)
  try {
    if (!handler) throw new Invalid('no such event')
    const data = handler(socket, message)
    if (id !== undefined && data !== undefined) socket.send(JSON.stringify({ id, data }))
  } catch (error) {
    const code = error instanceof Invalid ? 400 : 500
    if (id !== undefined) socket.send(JSON.stringify({ id, error: { code, message: 'refused' } }))
  }
}

/** Answers by itself. */
function replyLater(socket: Socket, { id, data }: Message): void {
  void later().then(() => {
    try {
      socket.send(JSON.stringify({ id, data }))
    } catch {
      // A socket that closed meanwhile throws.
    }
  })
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
app.listen('127.0.0.1', 0, (listening: us_listen_socket | false) => {
  if (!listening) throw new Error('cannot listen')
  ready(us_socket_local_port(listening))
})
