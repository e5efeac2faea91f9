import type { WsMessageId, WsParams } from '../protocol/records.js'

/**
 * One client's connection. Every member is safe after the socket has closed: sends return `false`
 * and nothing throws.
 *
 * @typeParam S what `authorize` returns
 */
export abstract class WsConnection<S = unknown> {
  /** Unique; not a secret. */
  abstract readonly id: string
  /** The rooms it is in. Inside `@OnDisconnect` they are still there. */
  abstract readonly rooms: ReadonlySet<string>
  /** What `authorize` returned, the last time it was asked. */
  abstract readonly session: S
  /** Whose it is, as the session says; `undefined` when it does not. */
  abstract readonly userId: string | undefined
  /** The client's address; that of the proxy unless `trustProxy` says otherwise. */
  abstract readonly remoteAddress: string
  /** The negotiated sub-protocol: `enfilade.v1`, or an empty string. */
  abstract readonly subprotocol: string
  /** The `traceparent` header of its upgrade: the trace that opened it, by W3C Trace Context. */
  abstract readonly traceparent: string | undefined
  abstract readonly isOpen: boolean
  /** Bytes that wait to be sent; 0 once closed. */
  abstract readonly bufferedAmount: number
  /** Pushes that were dropped since it opened, for it read too slowly. */
  abstract readonly dropped: number
  /** The code it closed with (1006 without a close frame); `undefined` while open. */
  abstract readonly closeCode: number | undefined
  /** The reason it closed with; empty while open. */
  abstract readonly closeReason: string

  /**
   * Pushes to this client only.
   *
   * @returns whether it was handed to the socket
   * @throws what the codec throws for data it cannot encode
   */
  abstract send(event: string, path: string, data?: unknown, params?: WsParams): boolean

  /**
   * Answers a message by hand. Handlers just return a value.
   *
   * @returns whether it was handed to the socket
   */
  abstract reply(id: WsMessageId, data?: unknown): boolean

  /** Answers a message with an error by hand. Handlers just throw a `WsError`. */
  abstract replyError(id: WsMessageId, code: number, message: string, details?: unknown): boolean

  /**
   * Closes the connection; `@OnDisconnect` follows.
   *
   * @param code default: 1000
   * @param reason cut to 123 bytes
   * @throws RangeError for a code that may not be sent
   */
  abstract close(code?: number, reason?: string): void
}
