import { placeInJson, placeInMsgpack } from './place.js'

/** What a client sends, without its id. */
export interface LoadMessage {
  readonly event: string
  readonly path: string
  readonly data?: unknown
}

/** A reply or a push, whatever it looks like on the wire. */
export interface Answer {
  readonly id?: unknown
  readonly data?: unknown
  readonly error?: { readonly code?: unknown; readonly message?: unknown }
  readonly event?: unknown
  readonly path?: unknown
  readonly params?: unknown
}

/** What travels in one frame: text, or bytes in a binary one. */
export type LoadFrame = string | Uint8Array

/** How messages look on the wire of a server. */
export interface Wire {
  /** Path and query of the upgrade. */
  readonly target: string
  /** Offered with the upgrade: the server has to choose it. What it then sends by itself is no answer. */
  readonly subprotocol?: string
  /** What the client has to send once it is connected, and how many messages come until it may go on. */
  readonly greeting?: { readonly send?: string; readonly replies: number }
  encode(message: LoadMessage & { id: number }): LoadFrame
  decode(frame: LoadFrame): Answer
  /** The id of a reply that is no error, without reading all of it; `undefined` for everything else. */
  placeOf?(payload: Buffer): number | undefined
}

/** The wire of Enfilade, which is also that of wooks, and of what is written by hand here. */
export const jsonWire: Wire = {
  target: '/',
  encode: (message) => JSON.stringify(message),
  decode: (frame) => JSON.parse(textOf(frame)) as Answer,
  placeOf: placeInJson,
}

/** What is known of a codec that connections choose by a sub-protocol. */
export interface LoadCodec {
  readonly subprotocol: string
  encode(record: LoadMessage & { id: number }): LoadFrame
  decode(frame: LoadFrame): unknown
}

/** The wire of Enfilade in MessagePack; the codec is given, as not everyone has one. */
export function msgpackWire(codec: LoadCodec): Wire {
  return {
    target: '/',
    subprotocol: codec.subprotocol,
    // `$welcome`.
    greeting: { replies: 1 },
    encode: (message) => codec.encode(message),
    decode: (frame) => codec.decode(frame) as Answer,
    placeOf: placeInMsgpack,
  }
}

/** A frame of text that was read as bytes. */
export function textOf(frame: LoadFrame): string {
  return typeof frame === 'string' ? frame : Buffer.from(frame).toString()
}
