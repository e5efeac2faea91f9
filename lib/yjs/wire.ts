import {
  createDecoder,
  readVarString,
  readVarUint,
  readVarUint8Array,
  type Decoder,
} from 'lib0/decoding'
import {
  createEncoder,
  toUint8Array,
  writeVarString,
  writeVarUint,
  writeVarUint8Array,
  type Encoder,
} from 'lib0/encoding'
import { WsError } from '../errors/ws-error.js'
import type { WsErrorBody } from '../protocol/records.js'
import type { JsonValue } from '../protocol/documents/document-record.js'

/** The messages of y-websocket, and two of Enfilade, which its provider passes over. */
const MESSAGE = { SYNC: 0, AWARENESS: 1, AUTH: 2, QUERY_AWARENESS: 3, ERROR: 100, CUSTOM: 101 }
const SYNC = { STEP_1: 0, STEP_2: 1, UPDATE: 2 }
/** The first is y-protocols', the second what Hocuspocus tells: providers that do not know it pass it over. */
const AUTH = { DENIED: 0, GRANTED: 2 }

/** The largest state of one client, in bytes of JSON. */
const MAX_STATE_BYTES = 4096

/** What one client shows of itself. */
export interface AwarenessEntry {
  readonly client: number
  readonly clock: number
  /** As JSON; `null` for a client that shows nothing any more. */
  readonly state: string | null
}

/** What a provider sends. */
export type YMessage =
  /** Asks for what it lacks. */
  | { readonly kind: 'ask'; readonly vector: Uint8Array }
  /** What it has: all that was asked for, or what has just been changed. */
  | { readonly kind: 'update'; readonly update: Uint8Array; readonly isAnswer: boolean }
  | { readonly kind: 'awareness'; readonly entries: readonly AwarenessEntry[] }
  | { readonly kind: 'query-awareness' }
  | { readonly kind: 'auth' }

/**
 * Reads a frame.
 *
 * @throws WsError 400 for what is none, 413 for a state that is too large
 */
export function readMessage(frame: string | Uint8Array): YMessage {
  if (typeof frame === 'string') throw new WsError(400, 'A frame of this document is binary')
  try {
    return read(createDecoder(frame))
  } catch (error) {
    if (error instanceof WsError) throw error
    throw new WsError(400, 'The frame cannot be read')
  }
}

function read(decoder: Decoder): YMessage {
  switch (readVarUint(decoder)) {
    case MESSAGE.SYNC:
      return readSync(decoder)
    case MESSAGE.AWARENESS:
      return { kind: 'awareness', entries: readEntries(createDecoder(readVarUint8Array(decoder))) }
    case MESSAGE.AUTH:
      return { kind: 'auth' }
    case MESSAGE.QUERY_AWARENESS:
      return { kind: 'query-awareness' }
    default:
      throw new WsError(400, 'There is no such message')
  }
}

function readSync(decoder: Decoder): YMessage {
  const step = readVarUint(decoder)
  const bytes = readVarUint8Array(decoder)
  if (step === SYNC.STEP_1) return { kind: 'ask', vector: bytes }
  if (step === SYNC.STEP_2 || step === SYNC.UPDATE) {
    return { kind: 'update', update: bytes, isAnswer: step === SYNC.STEP_2 }
  }
  throw new WsError(400, 'There is no such step')
}

function readEntries(decoder: Decoder): AwarenessEntry[] {
  const entries: AwarenessEntry[] = []
  for (let left = readVarUint(decoder); left > 0; left--) {
    const [client, clock] = [readVarUint(decoder), readVarUint(decoder)]
    entries.push({ client, clock, state: readState(readVarString(decoder)) })
  }
  return entries
}

function readState(text: string): string | null {
  if (Buffer.byteLength(text) > MAX_STATE_BYTES) {
    throw new WsError(413, `The state of a client has ${MAX_STATE_BYTES} bytes at most`)
  }
  const state: unknown = JSON.parse(text)
  if (typeof state !== 'object' || Array.isArray(state)) {
    throw new WsError(400, 'The state of a client is an object')
  }
  return state === null ? null : text
}

/** Asks a provider for what it has and the server lacks. */
export function encodeAsk(vector: Uint8Array): Uint8Array {
  return encodeSync(SYNC.STEP_1, vector)
}

/** What a provider lacks: with it, it is in sync. */
export function encodeAnswer(update: Uint8Array): Uint8Array {
  return encodeSync(SYNC.STEP_2, update)
}

/** What has changed. */
export function encodeChange(update: Uint8Array): Uint8Array {
  return encodeSync(SYNC.UPDATE, update)
}

/** What clients show of themselves; of none at all, which keeps a quiet provider connected. */
export function encodeAwareness(entries: readonly AwarenessEntry[]): Uint8Array {
  const inner = createEncoder()
  writeVarUint(inner, entries.length)
  for (const { client, clock, state } of entries) {
    writeVarUint(inner, client)
    writeVarUint(inner, clock)
    writeVarString(inner, state ?? 'null')
  }
  return encode(MESSAGE.AWARENESS, (encoder) => writeVarUint8Array(encoder, toUint8Array(inner)))
}

/** Says that changes of this client are discarded, or are not any more. */
export function encodeAccess(access: 'read' | 'write'): Uint8Array {
  return encode(MESSAGE.AUTH, (encoder) => {
    writeVarUint(encoder, access === 'read' ? AUTH.DENIED : AUTH.GRANTED)
    writeVarString(encoder, access === 'read' ? 'read-only' : 'read-write')
  })
}

/** What was wrong with something that a client sent: a code, and a text. */
export function encodeError({ code, message }: WsErrorBody): Uint8Array {
  return encode(MESSAGE.ERROR, (encoder) => {
    writeVarUint(encoder, code)
    writeVarString(encoder, message)
  })
}

/** Something of the application's own, as JSON. */
export function encodeCustom(data: JsonValue): Uint8Array {
  return encode(MESSAGE.CUSTOM, (encoder) => writeVarString(encoder, JSON.stringify(data)))
}

function encodeSync(step: number, bytes: Uint8Array): Uint8Array {
  return encode(MESSAGE.SYNC, (encoder) => {
    writeVarUint(encoder, step)
    writeVarUint8Array(encoder, bytes)
  })
}

function encode(message: number, write: (encoder: Encoder) => void): Uint8Array {
  const encoder = createEncoder()
  writeVarUint(encoder, message)
  write(encoder)
  return toUint8Array(encoder)
}
