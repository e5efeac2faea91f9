// Clients that come, talk and go, in all the ways that clients do.
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { connect } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { WebSocket } from 'ws'

const ROOMS = 50

const chance = (share) => Math.random() < share
const anyRoom = () => `/room/${Math.floor(Math.random() * ROOMS)}`

/** A client that drops its connection in the middle of the upgrade. */
async function abort(port) {
  const socket = connect(port, '127.0.0.1').on('error', () => undefined)
  const closed = once(socket, 'close')
  const head = ['GET / HTTP/1.1', `Host: 127.0.0.1:${port}`, 'Upgrade: websocket']
  const key = `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}`
  const rest = ['Connection: Upgrade', 'Sec-WebSocket-Version: 13', key]
  socket.write(`${[...head, ...rest].join('\r\n')}\r\n\r\n`)
  await pause(Math.random() * 20)
  socket.destroy()
  await closed
}

/** How a client goes. */
const ENDS = [
  (client) => client.close(1000),
  (client) => client.close(1000),
  (client) => client.terminate(),
  (client) => client._socket?.resetAndDestroy(),
  // Larger than `maxPayload`.
  (client) => client.send('x'.repeat(100_000)),
  // More malformed messages than are forgiven.
  (client) => Array.from({ length: 12 }, () => client.send('{')),
  (client) => {
    client.pause()
    client._socket?.resetAndDestroy()
  },
]

/** One visit, from the first byte to the last. Never rejects. */
export async function visit(port) {
  if (chance(0.08)) return abort(port)
  const protocols = chance(0.5) ? ['enfilade.v1'] : []
  const client = new WebSocket(`ws://127.0.0.1:${port}/`, protocols)
  client.on('error', () => undefined)
  const closed = once(client, 'close')
  const send = (event, path) => {
    if (client.readyState !== WebSocket.OPEN) return
    client.send(JSON.stringify({ event, path, id: 1 }))
  }
  await Promise.race([once(client, 'open'), closed])
  const rooms = Array.from({ length: 1 + Math.floor(Math.random() * 3) }, anyRoom)
  for (const room of rooms) send('join', room)
  const until = performance.now() + Math.random() * 3_000
  while (performance.now() < until && client.readyState === WebSocket.OPEN) {
    send(chance(0.7) ? 'say' : chance(0.5) ? 'work' : 'leave', rooms[0])
    if (chance(0.2)) send('join', rooms[0])
    await pause(50 + Math.random() * 500)
  }
  ENDS[Math.floor(Math.random() * ENDS.length)](client)
  await closed
}
