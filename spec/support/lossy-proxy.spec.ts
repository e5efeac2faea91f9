import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { afterEach, beforeEach, expect, it } from '@jest/globals'
import { LossyProxy } from './lossy-proxy.js'

let echo: Server
let proxy: LossyProxy

beforeEach(async () => {
  echo = createServer((socket) => {
    socket.on('data', (bytes) => {
      socket.write(bytes)
      if (String(bytes) === 'bye') socket.end()
    })
  })
  echo.listen(0, 'localhost')
  await once(echo, 'listening')
  proxy = await LossyProxy.open((echo.address() as AddressInfo).port)
})
afterEach(async () => {
  await proxy.close()
  echo.close()
})

const open = async (): Promise<Socket> => {
  const socket = connect(proxy.port, 'localhost')
  await once(socket, 'connect')
  return socket
}

const echoed = async (socket: Socket, text: string): Promise<string> => {
  const answer = once(socket, 'data')
  socket.write(text)
  return String((await answer)[0])
}

it('passes on both ways, and ends what is open when it is cut', async () => {
  const socket = await open()
  expect(await echoed(socket, 'one')).toBe('one')
  const closed = once(socket, 'close')
  proxy.cut()
  await closed
})

it('lets nobody through while it is cut, and everybody afterwards', async () => {
  proxy.cut()
  const refused = connect(proxy.port, 'localhost')
  refused.on('error', () => undefined)
  await once(refused, 'close')
  proxy.restore()
  const socket = await open()
  expect(await echoed(socket, 'two')).toBe('two')
})

it('loses what the server sends while it is deaf', async () => {
  const socket = await open()
  expect(await echoed(socket, 'one')).toBe('one')
  proxy.deafen()
  const received: string[] = []
  socket.on('data', (bytes) => received.push(String(bytes)))
  const ended = once(socket, 'end')
  socket.write('bye')
  await ended
  expect(received).toEqual([])
  proxy.restore()
  expect(await echoed(await open(), 'two')).toBe('two')
})
