import { msgpack } from 'enfilade/msgpack'
import { jsonWire, msgpackWire, textOf, type Answer, type Wire } from '../../lib/load/wire.js'
import type { WireName } from './wire-name.js'

/** Engine.IO 4 over WebSocket only: 40 opens the namespace, 42 is an event, 43 its acknowledgement. */
const socketIo: Wire = {
  target: '/socket.io/?EIO=4&transport=websocket',
  greeting: { send: '40', replies: 2 },
  encode: ({ event, id, ...message }) => `42${id}${JSON.stringify([event, message])}`,
  decode: (frame) => {
    const text = textOf(frame)
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
  decode: (frame) => {
    const { event, data } = JSON.parse(textOf(frame)) as {
      event: string
      data: Answer & { cause?: { data?: Answer } }
    }
    if (event === 'exception') return { id: data.cause?.data?.id, error: { code: 400 } }
    return data.id === undefined ? { event, ...data } : data
  },
}

/** By their names. */
export const WIRES: Readonly<Record<WireName, Wire>> = {
  json: jsonWire,
  msgpack: msgpackWire(msgpack()),
  'socket.io': socketIo,
  nest,
}
