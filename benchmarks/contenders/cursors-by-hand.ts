// The control of cursors: a bare publish. What members show is neither parsed nor checked, only cut out
// of the message and put together with what the others show; sixty times a second it goes out, in the
// bytes that Enfilade sends.
import { App, us_socket_local_port, type us_listen_socket, type WebSocket } from 'uWebSockets.js'
import { ready } from './ready.js'

interface Member {
  readonly id: string
}

const INTERVAL = 1000 / 60
const PATH = '/cursors/board'
const START = `{"event":"$presence","path":"${PATH}","data":{"update":[`

const decoder = new TextDecoder()
/** What each has shown since the last publish. */
const shown = new Map<string, string>()
let timer: NodeJS.Timeout | undefined
let toldAt = -Infinity

const app = App()
app.ws<Member>('/*', {
  maxPayloadLength: 64 * 1024,
  idleTimeout: 60,
  maxBackpressure: 64 * 1024 * 1024,
  upgrade: (response, request, context) => {
    response.upgrade(
      { id: crypto.randomUUID() },
      request.getHeader('sec-websocket-key'),
      request.getHeader('sec-websocket-protocol'),
      request.getHeader('sec-websocket-extensions'),
      context,
    )
  },
  message: (socket, bytes) => take(socket, decoder.decode(bytes)),
})

function take(socket: WebSocket<Member>, text: string): void {
  if (text.startsWith('{"event":"join"')) {
    socket.subscribe(PATH)
    socket.send('{"id":1,"data":{"joined":true}}')
    return
  }
  shown.set(socket.getUserData().id, text.slice(text.indexOf('"data":') + 7, -1))
  timer ??= setTimeout(tell, Math.max(0, toldAt + INTERVAL - performance.now()))
}

function tell(): void {
  timer = undefined
  toldAt = performance.now()
  let updates = ''
  for (const [id, state] of shown) {
    updates += `${updates === '' ? '' : ','}{"id":"${id}","state":${state},"connections":1}`
  }
  shown.clear()
  app.publish(PATH, `${START}${updates}]}}`)
}

app.listen('127.0.0.1', 0, (listening: us_listen_socket | false) => {
  if (!listening) throw new Error('cannot listen')
  ready(us_socket_local_port(listening))
})
