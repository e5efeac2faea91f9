// A document of some megabytes: node --expose-gc hydrate.js <megabytes>
import {
  defineRecords,
  DocumentRoom,
  MemoryStorage,
  RecordsEngine,
} from '../../build/bench-documents/documents.js'
import { IsString } from 'class-validator'

class Note {}
IsString()(Note.prototype, 'text')

const megabytes = Number(process.argv[2])
const text = 'x'.repeat(1_000)
const storages = new MemoryStorage()
const open = () =>
  DocumentRoom.open({
    engine: new RecordsEngine({ records: defineRecords({ note: Note }) }),
    storage: storages.open('/a'),
  })

const first = await open()
first.transact((tx) => {
  for (let n = 0; n < megabytes * 1000; n++) tx.put({ id: `note:${n}`, type: 'note', text })
})
await first.close()

globalThis.gc()
const heap = process.memoryUsage().heapUsed
const loading = performance.now()
const room = await open()
const loaded = performance.now() - loading
globalThis.gc()
const held = process.memoryUsage().heapUsed - heap

let bytes = 0
const start = process.cpuUsage()
const began = performance.now()
const socket = { send: (frame) => (bytes += frame.length), close: () => undefined }
room.connect({ socket, sessionId: 'a', access: 'read' })
room.receive('a', '{"type":"connect","wire":1,"client":"a","schema":{}}', socket)
const { user, system } = process.cpuUsage(start)
console.log(
  JSON.stringify({
    megabytes,
    loadMs: Math.round(loaded),
    hydrateMs: Math.round(performance.now() - began),
    hydrateCpuMs: Math.round((user + system) / 1000),
    sentMegabytes: Number((bytes / 1e6).toFixed(1)),
    heapMegabytes: Number((held / 1e6).toFixed(1)),
  }),
)
process.exit()
