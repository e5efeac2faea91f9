import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

const REQUEST = [
  'GET / HTTP/1.1',
  'Host: 127.0.0.1',
  'Upgrade: websocket',
  'Connection: Upgrade',
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
  'Sec-WebSocket-Version: 13',
  '\r\n',
].join('\r\n')

/** Opens a WebSocket by hand: what is measured is the server, so the client does next to nothing. */
export async function openLink(port: number): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true })
  await once(socket, 'connect')
  socket.write(REQUEST)
  const [head] = (await once(socket, 'data')) as [Buffer]
  if (!head.toString('latin1').startsWith('HTTP/1.1 101')) {
    throw new Error(`the server answered ${head.toString('latin1').split('\r\n')[0]}`)
  }
  return socket
}
