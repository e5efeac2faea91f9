import { CLUSTER_VERSION, type ClusterMessage, type Received } from './messages.js'

/** What is larger was not written by a node: its messages are cut at an eighth of that. */
const MAX_LENGTH = 4 * 1024 * 1024
const MAX_ID = 64

type Head = Readonly<Record<string, unknown>>

/**
 * Reads what a node sent. What a question or an answer holds is not looked at.
 *
 * @throws Error when it is no message, or one of another version
 */
export function readMessage(payload: string): Received {
  if (payload.length > MAX_LENGTH) throw new TypeError('the payload is too large')
  const end = payload.indexOf('\n')
  const head = JSON.parse(payload.slice(0, Math.max(end, 0))) as Head | null
  if (typeof head !== 'object' || head === null) throw noMessage()
  if (head.v !== CLUSTER_VERSION) {
    throw new TypeError(`the payload is of version ${String(head.v)}, not ${CLUSTER_VERSION}`)
  }
  const body = payload.slice(end + 1)
  return { node: id(head.node), generation: count(head.generation), message: messageOf(head, body) }
}

function messageOf(head: Head, body: string): ClusterMessage {
  const { kind } = head
  switch (kind) {
    case 'beat':
      return {
        kind,
        version: count(head.version),
        hello: head.hello === true,
        uptime: count(head.uptime),
        connections: count(head.connections),
        rooms: count(head.rooms),
      }
    case 'bye':
      return { kind }
    case 'delta':
      return { kind, from: count(head.from), rooms: body }
    case 'pull':
      return { kind, have: count(head.have) }
    case 'piece':
      return {
        kind,
        version: count(head.version),
        index: count(head.index),
        pieces: count(head.pieces),
        rooms: body,
      }
    case 'ask':
      return {
        kind,
        id: id(head.id),
        ago: count(head.ago),
        once: head.once === true,
        question: head.question,
      }
    case 'answer':
      return { kind, id: id(head.id), result: head.result }
    default:
      throw noMessage()
  }
}

function id(value: unknown): string {
  if (typeof value === 'string' && value !== '' && value.length <= MAX_ID) return value
  throw noMessage()
}

function count(value: unknown): number {
  if (Number.isSafeInteger(value) && Number(value) >= 0) return value as number
  throw noMessage()
}

function noMessage(): TypeError {
  return new TypeError('the payload is no message between nodes')
}
