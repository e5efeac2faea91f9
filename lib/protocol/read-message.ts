import { byteLength } from './byte-length.js'
import { exceedsDepth } from './depth.js'
import type { WsMessage, WsMessageId } from './records.js'

const MAX_ID_BYTES = 64

/** Why something received is no message; with the `id` when that could be read. */
export class MessageFault {
  constructor(
    readonly message: string,
    readonly id?: WsMessageId,
  ) {}
}

/**
 * Checks that a decoded value is a message. A fault is returned, not thrown: it is as frequent as a
 * client likes it to be.
 *
 * @param maxDepth how many arrays and objects may be nested, the message itself included
 */
export function readMessage(value: unknown, maxDepth: number): WsMessage | MessageFault {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return new MessageFault('A message is an object with event and path')
  }
  const { event, path, data, id } = value as Record<string, unknown>
  if (id !== undefined && !isMessageId(id)) {
    return new MessageFault('id must be a string of 1 to 64 bytes or a safe integer')
  }
  if (typeof event !== 'string' || event === '') {
    return new MessageFault('event must be a string that is not empty', id)
  }
  if (typeof path !== 'string' || !path.startsWith('/')) {
    return new MessageFault('path must be a string that starts with "/"', id)
  }
  if (exceedsDepth(data, maxDepth - 1)) {
    return new MessageFault(`Nested deeper than ${maxDepth} levels`, id)
  }
  return value as WsMessage
}

function isMessageId(id: unknown): id is WsMessageId {
  if (typeof id === 'number') return Number.isSafeInteger(id)
  if (typeof id !== 'string' || id === '') return false
  // One UTF-16 unit is at most three bytes: only long ids need to be counted.
  return id.length * 3 <= MAX_ID_BYTES || byteLength(id) <= MAX_ID_BYTES
}
