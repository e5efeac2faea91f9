import type { WireMessage } from '../scenarios/scenario.js'

/** A reply or a push, whatever it looks like on the wire. */
export interface Answer {
  readonly id?: unknown
  readonly data?: unknown
  readonly error?: { readonly code?: unknown }
  readonly event?: unknown
  readonly path?: unknown
  readonly params?: unknown
}

/** How the messages of the scenarios look on the wire of a contender. */
export interface Wire {
  /** Path and query of the upgrade. */
  readonly target: string
  /** What the client has to send once it is connected, and how many messages come until it may go on. */
  readonly greeting?: { readonly send: string; readonly replies: number }
  encode(message: WireMessage & { id: number }): string
  decode(text: string): Answer
}

export type WireName = keyof typeof WIRES

/** The wire of Enfilade, which is also that of wooks, and of what is written by hand here. */
const json: Wire = {
  target: '/',
  encode: (message) => JSON.stringify(message),
  decode: (text) => JSON.parse(text) as Answer,
}

/** Engine.IO 4 over WebSocket only: 40 opens the namespace, 42 is an event, 43 its acknowledgement. */
const socketIo: Wire = {
  target: '/socket.io/?EIO=4&transport=websocket',
  greeting: { send: '40', replies: 2 },
  encode: ({ event, id, ...message }) => `42${id}${JSON.stringify([event, message])}`,
  decode: (text) => {
    const [, type, id, body = ''] = /^4(\d)(\d*)(.*)$/s.exec(text) ?? []
    const content = JSON.parse(body) as unknown[]
    if (type === '3') return { id: Number(id), ...(content[0] as Answer) }
    return { event: content[0], ...(content[1] as Answer) }
  },
}

/** NestJS: `{ event, data }` both ways, so that id and path travel within the data. */
const nest: Wire = {
  target: '/',
  encode: ({ event, ...data }) => JSON.stringify({ event, data }),
  decode: (text) => {
    const { event, data } = JSON.parse(text) as {
      event: string
      data: Answer & { cause?: { data?: Answer } }
    }
    if (event === 'exception') return { id: data.cause?.data?.id, error: { code: 400 } }
    return data.id === undefined ? { event, ...data } : data
  },
}

export const WIRES = { json, 'socket.io': socketIo, nest }
