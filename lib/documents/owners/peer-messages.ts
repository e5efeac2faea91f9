import { isJsonObject, type JsonValue } from '../../protocol/documents/document-record.js'

/** The wire between the processes of documents: one that speaks another version is not understood. */
const PEER_VERSION = 1

/** What is larger was not written by a process of ours: they cut at an eighth of that. */
const MAX_LENGTH = 8 * 1024 * 1024
const MAX_ID = 64

/** The channel by which one process is reached. */
export function channelOfPeer(node: string): string {
  return `ws:documents:${node}`
}

/** To the owner: is the document yours? */
export interface Hail {
  readonly kind: 'hail'
  readonly n: number
  readonly path: string
}

/** From the owner: it is, or it is not. */
export interface Here {
  readonly kind: 'here'
  readonly n: number
  readonly isHere: boolean
}

/** To the owner: somebody comes into a document. */
export interface Enter {
  readonly kind: 'enter'
  /** Numbers the sessions of a link. */
  readonly s: number
  readonly path: string
  readonly sessionId: string
  readonly access: string
  readonly user?: string
  /** What the application knows of whoever it is. */
  readonly about: JsonValue
  /** Whether it is the application of the other process itself, which calls: no session of the document. */
  readonly isServer?: boolean
}

/** To the owner: the session may do something else, or its application knows something else of it. */
export interface Change {
  readonly kind: 'change'
  readonly s: number
  readonly access: string
  readonly about: JsonValue
}

/** To the owner: the session is over. */
export interface Leave {
  readonly kind: 'leave'
  readonly s: number
}

/** To the owner: so much has been taken by the session's socket, in UTF-16 units. */
export interface Taken {
  readonly kind: 'taken'
  readonly s: number
  readonly length: number
}

/** A frame of these sessions; its text is beside the message. */
export interface Carried {
  readonly kind: 'frame'
  readonly s: readonly number[]
  /** Whether it is to be parsed first, as it was when it came. */
  readonly isParsed: boolean
}

/** From the owner: the session is over. */
export interface Close {
  readonly kind: 'close'
  readonly s: number
  readonly code: number
  readonly reason: string
}

/** From the owner: something for the connection of a session, which only its application understands. */
export interface Order {
  readonly kind: 'order'
  readonly s: number
  readonly order: JsonValue
}

/** One thing that processes tell each other. */
export type PeerItem = Hail | Here | Enter | Change | Leave | Taken | Carried | Close | Order

/** What goes from one process to another at once. */
export interface PeerMessage {
  readonly from: string
  /** Given by whoever began to talk. */
  readonly link: string
  /** From 1, without a hole; 0 says that the link is over. */
  readonly seq: number
  readonly items: readonly PeerItem[]
  /** Those of the frames, in order. */
  readonly texts: readonly string[]
}

/** Writes a message: a line of JSON, then a line for each frame, which is JSON already. */
export function writePeerMessage({ texts, ...head }: PeerMessage): string {
  const lines = [JSON.stringify({ v: PEER_VERSION, ...head })]
  // Between the tokens of JSON a line break is a blank, and nowhere else it may be.
  for (const text of texts) lines.push(text.includes('\n') ? text.replaceAll('\n', ' ') : text)
  return lines.join('\n')
}

/**
 * Reads what a process sent.
 *
 * @throws Error when it is no message, or one of another version
 */
export function readPeerMessage(payload: string): PeerMessage {
  if (payload.length > MAX_LENGTH) throw new TypeError('the payload is too large')
  const [line = '', ...texts] = payload.split('\n')
  const head = JSON.parse(line) as Readonly<Record<string, unknown>> | null
  if (!isJsonObject(head)) throw noMessage()
  const { v, from, link, seq, items } = head as Readonly<Record<string, unknown>>
  if (v !== PEER_VERSION) {
    throw new TypeError(`the payload is of version ${String(v)}, not ${PEER_VERSION}`)
  }
  const isRead = isId(from) && isId(link) && isCount(seq) && Array.isArray(items)
  if (!isRead) throw noMessage()
  for (const item of items) checkItem(item)
  const read = items as readonly PeerItem[]
  if (read.filter(({ kind }) => kind === 'frame').length !== texts.length) throw noMessage()
  return { from, link, seq, items: read, texts }
}

type Check = (value: unknown) => boolean

const isText: Check = (value) => typeof value === 'string'
const isFlag: Check = (value) => typeof value === 'boolean'
const isAny: Check = (value) => value !== undefined
const isAccess: Check = (value) => value === 'read' || value === 'write' || value === 'none'

const FIELDS: Readonly<Record<PeerItem['kind'], Readonly<Record<string, Check>>>> = {
  hail: { n: isCount, path: isText },
  here: { n: isCount, isHere: isFlag },
  enter: {
    ...{ s: isCount, path: isText, sessionId: isText, access: isAccess, about: isAny },
    user: (value) => value === undefined || isText(value),
    isServer: (value) => value === undefined || isFlag(value),
  },
  change: { s: isCount, access: isAccess, about: isAny },
  leave: { s: isCount },
  taken: { s: isCount, length: isCount },
  frame: { s: (value) => Array.isArray(value) && value.every(isCount), isParsed: isFlag },
  close: { s: isCount, code: isCount, reason: isText },
  order: { s: isCount, order: isAny },
}

function checkItem(item: unknown): void {
  const { kind } = (item ?? {}) as { kind?: unknown }
  if (typeof kind !== 'string' || !Object.hasOwn(FIELDS, kind)) throw noMessage()
  const fields = Object.entries(FIELDS[kind as PeerItem['kind']])
  const isWhole = fields.every(([name, is]) => is((item as Record<string, unknown>)[name]))
  if (!isWhole) throw noMessage()
}

function isId(value: unknown): value is string {
  return typeof value === 'string' && value !== '' && value.length <= MAX_ID
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
}

function noMessage(): TypeError {
  return new TypeError('the payload is no message between processes of documents')
}
