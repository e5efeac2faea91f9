// The same as the control, on `ws`: JSON.parse, a Map of handlers, checks by hand, JSON.stringify,
// rooms as sets of sockets.
import type { AddressInfo } from 'node:net'
import { WebSocketServer, type WebSocket } from 'ws'
import { checkOrder, Invalid } from '../contenders/check-order.js'
import { ready, ROUTES } from '../contenders/ready.js'
import { Rooms } from './rooms.js'

interface Message {
  readonly event: string
  readonly path: string
  readonly data?: unknown
  readonly id?: number
}

type Handler = (socket: WebSocket, message: Message) => unknown

const rooms = new Rooms<WebSocket>()

const handlers = new Map<string, Handler>([
  ['order', (_socket, { data }) => checkOrder(data)],
  [
    'join',
    (socket, { path }) => {
      rooms.join(socket, path)
      return { joined: true }
    },
  ],
  [
    'say',
    (socket, { path, data }) => {
      const room = path.slice('/room/'.length)
      const push = JSON.stringify({ event: 'say', path, params: { room }, data })
      for (const member of rooms.others(socket, path)) member.send(push)
      return data
    },
  ],
])
for (let route = 0; route < ROUTES; route++) {
  handlers.set(`echo-${route}`, (_socket, { data }) => data)
}

function answer(socket: WebSocket, message: Message): void {
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

const server = new WebSocketServer({ host: '127.0.0.1', port: 0, maxPayload: 64 * 1024 })
server.on('connection', (socket) => {
  socket.on('message', (bytes: Buffer) => {
    answer(socket, JSON.parse(bytes.toString()) as Message)
  })
})
server.on('listening', () => ready((server.address() as AddressInfo).port))
