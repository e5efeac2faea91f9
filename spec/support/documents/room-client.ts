import type { WsClient, WsStatus } from 'enfilade/client'
import type { RecordsRoom } from './open-room.js'

/** A client that has one document, in this process: what is sent arrives at once. */
export function roomClient(room: RecordsRoom, sessionId = 'ann'): WsClient {
  const handlers = new Map<string, Set<(data: unknown) => void>>()
  const socket = {
    send: (text: string) => {
      for (const handle of handlers.get('$document') ?? []) handle(JSON.parse(text))
    },
    close: (code: number, reason: string) =>
      socket.send(JSON.stringify({ type: 'closed', code, reason })),
  }
  const client = {
    status: 'open' as WsStatus,
    on: (event: string, _path: string, handle: (data: unknown) => void) => {
      const all = handlers.get(event) ?? new Set()
      handlers.set(event, all.add(handle))
      return () => all.delete(handle)
    },
    onStatus: () => () => undefined,
    send: (_event: string, _path: string, data: unknown) => {
      for (const frame of Array.isArray(data) ? (data as object[]) : [data as object]) {
        const { type } = frame as { type: string }
        if (type === 'connect') room.connect({ socket, sessionId, access: 'write' })
        if (type === 'leave') room.disconnect(sessionId, socket)
        else room.receive(sessionId, frame, socket)
      }
      return true
    },
  }
  return client as unknown as WsClient
}
