import { WsError } from '../../errors/ws-error.js'
import type { WsMessage, WsMessageId } from '../../protocol/records.js'
import { RESERVED_PREFIX } from '../../protocol/reserved-events.js'

/** How many items a caller may let come before it has taken any of them. */
export const MAX_WINDOW = 1024

/** A `$stream`, read. */
export interface StreamRequest {
  /** The message that it stands for. */
  readonly message: WsMessage & { readonly id: WsMessageId }
  /** How many items may come before the first `$credit`. */
  readonly credit: number
}

/** A `$credit` or `$cancel`, read. */
export interface StreamNote {
  readonly id: WsMessageId
  /** How many items may come in all, from the first on. */
  readonly upTo: number
}

/** @throws WsError 400 */
export function readStreamRequest({ path, data, id }: WsMessage): StreamRequest {
  if (id === undefined) throw new WsError(400, '$stream needs an id')
  const { event, data: inner, credit } = fieldsOf(data)
  if (typeof event !== 'string' || event === '' || event.startsWith(RESERVED_PREFIX)) {
    throw new WsError(400, '$stream needs { event }, which is not reserved')
  }
  if (!isCount(credit) || credit > MAX_WINDOW) {
    throw new WsError(400, `$stream needs { credit }, a whole number from 1 to ${MAX_WINDOW}`)
  }
  return { message: { event, path, data: inner, id }, credit }
}

/** @throws WsError 400 */
export function readStreamNote({ event, data }: WsMessage): StreamNote {
  const { id, upTo = 1 } = fieldsOf(data)
  if ((typeof id !== 'string' && typeof id !== 'number') || !isCount(upTo)) {
    throw new WsError(400, `${event} is about a stream: { id, upTo }`)
  }
  return { id, upTo }
}

function fieldsOf(data: unknown): Record<string, unknown> {
  return (typeof data === 'object' && data !== null ? data : {}) as Record<string, unknown>
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 1
}
