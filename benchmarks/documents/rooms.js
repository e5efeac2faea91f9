// The rooms that are compared: the same records, the same checks, the same edits, nothing stored.
import { createRecordType, StoreSchema } from '@tldraw/store'
import { getTlsyncProtocolVersion, InMemorySyncStorage, TLSocketRoom } from '@tldraw/sync-core'
import { T } from '@tldraw/validate'
import { IsNumber, IsString } from 'class-validator'
import {
  defineRecords,
  DocumentRoom,
  RecordsEngine,
} from '../../build/bench-documents/documents.js'

class Shape {}
for (const field of ['x', 'y']) IsNumber()(Shape.prototype, field)
for (const field of ['color', 'text']) IsString()(Shape.prototype, field)

const fields = (id) => ({ x: id, y: id, color: 'blue', text: `shape ${id}` })

/** A room, with editors that push and count what they get. */
export const ROOMS = { enfilade: openEnfilade, tldraw: openTldraw, none: openNone }

/** Counts what a session gets; large texts are not kept. */
class Counter {
  frames = 0
  bytes = 0
  take(text) {
    this.frames++
    this.bytes += text.length
  }
}

/** What the script itself costs: pushes are written, and nobody takes them. */
async function openNone() {
  let pushes = 0
  return {
    clock: () => pushes,
    close: () => undefined,
    join() {
      const counter = new Counter()
      const push = (shape, x, y) => {
        const ops = [['patch', `shape:${shape}`, { x: ['put', x], y: ['put', y] }]]
        counter.take(JSON.stringify({ type: 'push', n: ++pushes, ops }))
      }
      return { counter, push }
    },
  }
}

async function openEnfilade(shapes) {
  const engine = new RecordsEngine({ records: defineRecords({ shape: Shape }) })
  const room = await DocumentRoom.open({ engine })
  room.transact((tx) => {
    for (let n = 0; n < shapes; n++) tx.put({ id: `shape:${n}`, type: 'shape', ...fields(n) })
  })
  return {
    clock: () => room.clock,
    close: () => room.close(),
    join(name) {
      const counter = new Counter()
      const socket = { send: (text) => counter.take(text), close: () => undefined }
      room.connect({ socket, sessionId: name, access: 'write' })
      room.receive(
        name,
        JSON.stringify({ type: 'connect', wire: 1, client: name, schema: {} }),
        socket,
      )
      let n = 0
      const push = (shape, x, y) => {
        const ops = [['patch', `shape:${shape}`, { x: ['put', x], y: ['put', y] }]]
        room.receive(name, JSON.stringify({ type: 'push', n: ++n, ops }), socket)
      }
      return { counter, push }
    },
  }
}

async function openTldraw(shapes) {
  const validator = T.object({
    ...{ id: T.string, typeName: T.literal('shape') },
    ...{ x: T.number, y: T.number, color: T.string, text: T.string },
  })
  const type = createRecordType('shape', { validator, scope: 'document' })
  const schema = StoreSchema.create({ shape: type })
  const documents = Array.from({ length: shapes }, (_, n) => ({
    state: { id: `shape:${n}`, typeName: 'shape', ...fields(n) },
    lastChangedClock: 0,
  }))
  const snapshot = { documents, clock: 0, documentClock: 0, schema: schema.serialize() }
  const room = new TLSocketRoom({
    schema,
    storage: new InMemorySyncStorage({ snapshot }),
    log: { warn: () => undefined, error: (...all) => console.error(...all) },
  })
  return {
    clock: () => room.getCurrentDocumentClock(),
    close: () => room.close(),
    join(name) {
      const counter = new Counter()
      const socket = {
        readyState: 1,
        send: (text) => counter.take(text),
        close: () => undefined,
      }
      room.handleSocketConnect({ sessionId: name, socket, isReadonly: false })
      const connect = { type: 'connect', connectRequestId: name, lastServerClock: -1 }
      const protocolVersion = getTlsyncProtocolVersion()
      room.handleSocketMessage(
        name,
        JSON.stringify({ ...connect, protocolVersion, schema: schema.serialize() }),
      )
      let clientClock = 0
      const push = (shape, x, y) => {
        const diff = { [`shape:${shape}`]: ['patch', { x: ['put', x], y: ['put', y] }] }
        room.handleSocketMessage(
          name,
          JSON.stringify({ type: 'push', clientClock: ++clientClock, diff }),
        )
      }
      return { counter, push }
    },
  }
}
