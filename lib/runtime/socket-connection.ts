import { CLOSE_CODES } from '../protocol/close-codes.js'
import type { AppHost } from './app-host.js'
import type { ConnectionSocket } from './connection-socket.js'
import { LiveConnection, type ConnectionIdentity } from './live-connection.js'

/**
 * A connection whose frames are those of one document. It has a session, limits and an end as every
 * other one; but no message, push or reply of the app reaches it: what sends returns `false`.
 */
export class SocketConnection extends LiveConnection {
  /** The document's. */
  readonly path: string

  constructor(host: AppHost, socket: ConnectionSocket, identity: ConnectionIdentity) {
    super(host, new DeafSocket(socket), identity)
    this.path = identity.path ?? '/'
  }

  override get speaksV1(): boolean {
    return false
  }

  override send(): boolean {
    return false
  }

  override reply(): boolean {
    return false
  }

  override replyError(): boolean {
    return false
  }

  override write(): boolean {
    return false
  }

  /** Nothing: its document sends no more than the socket takes. */
  override checkBackpressure(): void {
    return
  }

  override gotTooBig(): void {
    this.countDrop('payload')
    this.warnClosed(CLOSE_CODES.TOO_BIG, `a frame was too large for the document ${this.path}`)
  }

  /** Sends a frame of the document, whatever waits. */
  sendFrame(frame: string | Uint8Array): void {
    this.transmit(frame)
  }
}

/** A socket that hears no topic. */
class DeafSocket implements ConnectionSocket {
  constructor(private readonly socket: ConnectionSocket) {}

  send(frame: string | Uint8Array, isBinary?: boolean, compress?: boolean): number {
    return this.socket.send(frame, isBinary, compress)
  }

  getBufferedAmount(): number {
    return this.socket.getBufferedAmount()
  }

  cork(callback: () => void): unknown {
    return this.socket.cork(callback)
  }

  end(code?: number, reason?: string): void {
    this.socket.end(code, reason)
  }

  publish(): boolean {
    return false
  }

  subscribe(): boolean {
    return false
  }

  unsubscribe(): boolean {
    return false
  }
}
