/** The `id` that ties a reply to its message: a string of at most 64 bytes, or a safe integer. */
export type WsMessageId = string | number

/** The parameters of a path pattern, decoded. A wildcard's segments are joined by `/`. */
export type WsParams = Readonly<Record<string, string>>

/** Client to server. With an `id`, exactly one reply follows. */
export interface WsMessage {
  readonly event: string
  /** Concrete, never a pattern: `/chat/general`. */
  readonly path: string
  readonly data?: unknown
  readonly id?: WsMessageId
}

/** The error half of a reply. */
export interface WsErrorBody {
  readonly code: number
  readonly message: string
  readonly details?: unknown
}

/** Server to client, in answer to a message that had an `id`. */
export type WsReply =
  | { readonly id: WsMessageId; readonly data: unknown }
  | { readonly id: WsMessageId; readonly error: WsErrorBody }

/** Server to client, of the server's own accord. */
export interface WsPush {
  readonly event: string
  readonly path: string
  readonly params?: WsParams
  readonly data?: unknown
  /** The place in the history of the room, where there is one. */
  readonly seq?: number
}
