import { createWsApp, Controller, Data, OnConnect, Connection, OnMessage, Param } from 'enfilade'
import { WsConnection, WsError, type WsApp } from 'enfilade'

@Controller('/echo')
class EchoController {
  /** A push: the server speaks first. */
  @OnConnect()
  welcome(@Connection() connection: WsConnection): void {
    connection.send('welcome', '/echo', { connection: connection.id })
  }

  /** What is returned is the reply. */
  @OnMessage('say')
  say(@Data() text: string): string {
    return text
  }

  /** Part of the path is a parameter; a promise is waited for. */
  @OnMessage('say', '/:times')
  async repeat(@Param('times') times: string, @Data() text: string): Promise<string[]> {
    const count = Number(times)
    if (!Number.isInteger(count) || count < 1 || count > 10) {
      throw new WsError(400, 'An echo comes back 1 to 10 times')
    }
    return Array.from({ length: count }, () => text)
  }
}

/** Answers every message with what it said. */
export function createEcho(): WsApp {
  const app = createWsApp({ controllers: [EchoController] })
  app.http.get('/', (response) => {
    response.writeHeader('content-type', 'text/plain; charset=utf-8')
    response.writeHeader('x-content-type-options', 'nosniff')
    response.end(PAGE)
  })
  return app
}

const PAGE = `An echo. Open this browser's console (F12) and paste:

  socket = new WebSocket(location.origin.replace('http', 'ws'))
  socket.onmessage = ({ data }) => console.log(data)
  socket.onopen = () => {
    socket.send('{"event":"say","path":"/echo","data":"hello","id":1}')
    socket.send('{"event":"say","path":"/echo/3","data":"hello","id":2}')
    socket.send('{"event":"say","path":"/echo","data":42,"id":3}')
  }
`
