// What an open document takes: node --expose-gc memory.js <documents>
import { defineRecords, RecordsEngine, RoomHost } from '../../build/bench-documents/documents.js'
import { IsNumber } from 'class-validator'

class Shape {}
IsNumber()(Shape.prototype, 'x')

const count = Number(process.argv[2])
const records = defineRecords({ shape: Shape })
const host = new RoomHost({ room: () => ({ engine: new RecordsEngine({ records }) }) })
const fill = async (from, to) => {
  for (let n = from; n < to; n++) {
    const room = await host.open(`/board/${n}`)
    room.transact((tx) => tx.put({ id: 'shape:1', type: 'shape', x: 1 }))
  }
}
await fill(0, 100)
globalThis.gc()
const before = process.memoryUsage().heapUsed
await fill(100, 100 + count)
globalThis.gc()
const bytes = (process.memoryUsage().heapUsed - before) / count
console.log(
  JSON.stringify({ documents: count, kibibytesPerDocument: Number((bytes / 1024).toFixed(1)) }),
)
process.exit()
