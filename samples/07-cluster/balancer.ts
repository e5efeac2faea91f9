import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net'

/**
 * Takes TCP connections and hands each to one of the nodes in turn, or to the next when that one is
 * not there. It remembers nobody: no connection has to come back to where it was.
 *
 * @param ports of the nodes, asked each time
 */
export async function balance(port: number, ports: () => readonly number[]): Promise<Balancer> {
  let turn = 0
  const sockets = new Set<Socket>()
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket)
    // Kept until a node has taken it: what the client sends meanwhile waits.
    socket.on('close', () => sockets.delete(socket)).on('error', () => socket.destroy())
    const nodes = ports()
    const first = turn++ % nodes.length
    void handOn(socket, [...nodes.slice(first), ...nodes.slice(0, first)])
  })
  server.listen(port)
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    close: () => closeAll(server, sockets),
  }
}

/** What `balance` has opened. */
export interface Balancer {
  readonly port: number
  /** Cuts all connections. */
  close(): void
}

async function handOn(socket: Socket, nodes: readonly number[]): Promise<void> {
  for (const port of nodes) {
    const upstream = connect({ port, host: '127.0.0.1', noDelay: true })
    try {
      await once(upstream, 'connect')
    } catch {
      continue
    }
    if (socket.destroyed) return void upstream.destroy()
    upstream.on('error', () => socket.destroy()).on('close', () => socket.destroy())
    socket.on('close', () => upstream.destroy())
    socket.pipe(upstream).pipe(socket)
    return
  }
  socket.destroy()
}

function closeAll(server: Server, sockets: ReadonlySet<Socket>): void {
  server.close()
  for (const socket of sockets) socket.destroy()
}
