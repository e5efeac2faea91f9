import type { JsonValue } from '../protocol/documents/document-record.js'
import type { DocumentRoom } from './document-room.js'
import type { Access } from './room-options.js'

/** What is asked of a document, in the process that has it. */
export type DocumentCall =
  /** Something that only its engine understands. */
  | { readonly do: 'ask'; readonly question: JsonValue }
  | { readonly do: 'get'; readonly id: string }
  | { readonly do: 'snapshot' }
  | { readonly do: 'load'; readonly snapshot: JsonValue }
  /** @param mark a place in the history of the document that is to be durable, too */
  | { readonly do: 'flush'; readonly mark?: JsonValue }
  | { readonly do: 'sessions' }
  | { readonly do: 'closeSession'; readonly id: string; readonly reason?: string }
  | { readonly do: 'setAccess'; readonly id: string; readonly access: Access }
  | { readonly do: 'sendTo'; readonly id: string; readonly data: JsonValue }

/**
 * Does what is asked of a document.
 *
 * @returns the answer, or a promise of it; `undefined` for none
 * @throws what the room throws
 */
export function answerCall(room: DocumentRoom, call: DocumentCall): unknown {
  switch (call.do) {
    case 'ask':
      return room.engine.distant?.answer(call.question)
    case 'get':
      return room.get(call.id)
    case 'snapshot':
      return room.snapshot()
    case 'load':
      room.loadSnapshot(call.snapshot)
      return room.engine.distant?.mark()
    case 'flush':
      return flushed(room, call.mark)
    case 'sessions':
      return room.sessions().map(({ id, user, access }) => ({ id, user, access }))
    case 'closeSession':
      room.closeSession(call.id, call.reason)
      return undefined
    case 'setAccess':
      return room.setAccess(call.id, call.access)
    case 'sendTo':
      return room.sendTo(call.id, call.data)
  }
}

/** @returns whether the mark is in the history of the document */
async function flushed(room: DocumentRoom, mark: JsonValue | undefined): Promise<boolean> {
  if (mark !== undefined && room.engine.distant?.holds(mark) === false) return false
  await room.flush()
  return true
}
