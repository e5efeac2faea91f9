import type { MemoryRequest, MemoryResponse } from './memory-request.js'
import type { MemorySocket } from './memory-socket.js'

/** What the socket server gives to `ws` of a native app: the callbacks and limits that it uses. */
export interface SocketBehavior {
  readonly maxPayloadLength: number
  /** Seconds; 0 for none. */
  readonly idleTimeout: number
  readonly maxBackpressure: number
  readonly upgrade: (response: MemoryResponse, request: MemoryRequest, context: object) => void
  readonly open: (socket: MemorySocket) => void
  readonly message: (socket: MemorySocket, bytes: ArrayBuffer, isBinary: boolean) => void
  readonly dropped: (socket: MemorySocket) => void
  readonly drain: (socket: MemorySocket) => void
  readonly close: (socket: MemorySocket, code: number, reason: ArrayBuffer) => void
}
