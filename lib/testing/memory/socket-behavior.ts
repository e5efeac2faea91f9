import type { MemoryRequest, MemoryResponse } from './memory-request.js'

/** What the socket server gives to `ws` of a native app: the callbacks and limits that it uses. */
export interface SocketBehavior<Socket> {
  readonly maxPayloadLength: number
  /** Seconds; 0 for none. */
  readonly idleTimeout: number
  readonly maxBackpressure: number
  readonly upgrade: (response: MemoryResponse, request: MemoryRequest, context: object) => void
  readonly open: (socket: Socket) => void
  readonly message: (socket: Socket, bytes: ArrayBuffer, isBinary: boolean) => void
  readonly dropped: (socket: Socket) => void
  readonly drain: (socket: Socket) => void
  readonly close: (socket: Socket, code: number, reason: ArrayBuffer) => void
}
