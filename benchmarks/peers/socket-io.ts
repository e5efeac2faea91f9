import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Server } from 'socket.io'
import { checkOrder } from '../contenders/check-order.js'
import { ready, ROUTES } from '../contenders/ready.js'

interface Message {
  readonly path: string
  readonly data: unknown
}

type Reply = (answer: { data: unknown } | { error: { code: number } }) => void

const http = createServer()
// WebSocket only, and no heartbeat while it is measured: both in its favour.
const io = new Server(http, { transports: ['websocket'], pingInterval: 3_600_000 })

io.on('connection', (socket) => {
  for (let route = 0; route < ROUTES; route++) {
    socket.on(`echo-${route}`, ({ data }: Message, reply: Reply) => reply({ data }))
  }
  socket.on('order', ({ data }: Message, reply: Reply) => {
    try {
      reply({ data: checkOrder(data) })
    } catch {
      reply({ error: { code: 400 } })
    }
  })
  socket.on('join', ({ path }: Message, reply: Reply) => {
    void socket.join(path)
    reply({ data: { joined: true } })
  })
  socket.on('say', ({ path, data }: Message, reply: Reply) => {
    const params = { room: path.slice('/room/'.length) }
    socket.to(path).emit('say', { path, params, data })
    reply({ data })
  })
})

http.listen(0, '127.0.0.1', () => ready((http.address() as AddressInfo).port))
