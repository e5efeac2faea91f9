import type { AppHost } from '../../lib/runtime/app-host.js'
import type { LiveConnection } from '../../lib/runtime/live-connection.js'
import { createConnection, type FakeSocket } from './fake-connection.js'

/** Topics as in uWebSockets.js: a socket publishes to the others, and only where it subscribes. */
export class FakeNative {
  readonly sockets: FakeSocket[] = []
  readonly published: { compress: boolean | undefined }[] = []

  readonly publish = (
    topic: string,
    frame: string | Uint8Array,
    isBinary?: boolean,
    compress?: boolean,
    from?: FakeSocket,
  ): boolean => {
    if (from && !from.topics.has(topic)) return false
    this.published.push({ compress })
    for (const socket of this.sockets) {
      if (socket === from || socket.closed || !socket.topics.has(topic)) continue
      socket.send(frame, isBinary, compress)
    }
    return true
  }

  connect(host: AppHost): { connection: LiveConnection; socket: FakeSocket } {
    const { connection, socket } = createConnection(host)
    socket.publish = (topic?: string, frame?: string | Uint8Array, isBinary?: boolean) =>
      this.publish(topic ?? '', frame ?? '', isBinary, false, socket)
    socket.onEnd = () => (connection.socket = undefined)
    this.sockets.push(socket)
    return { connection, socket }
  }
}
