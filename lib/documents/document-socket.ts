/** What a document room needs of a socket: any WebSocket has it. */
export interface DocumentSocket {
  /** Sends a frame: a text, or bytes where the engine has a wire of its own. What it throws ends the session. */
  send(frame: string | Uint8Array): unknown
  /** Closes with a code and a reason of at most 123 bytes. */
  close(code?: number, reason?: string): unknown
  /**
   * Bytes that wait to be sent. Where it is there, a session waits while it is high: the hydration
   * of a large document does not pile up in the socket.
   */
  readonly bufferedAmount?: number
  /** Whether its peer reads nothing but the frames of an engine's own wire. */
  readonly isRaw?: boolean
  /** Above which `bufferedAmount` is high. Default: 512 KiB. */
  readonly highWaterMark?: number
}
