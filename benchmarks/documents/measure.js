// One room in a process of its own: node --expose-gc measure.js <room> <editors> <pushes>
import { setImmediate as turn, setTimeout as pause } from 'node:timers/promises'
import { ROOMS } from './rooms.js'

const SHAPES = 1_000
const [name, editors, pushes] = [process.argv[2], Number(process.argv[3]), Number(process.argv[4])]

const room = await ROOMS[name](SHAPES)
const members = Array.from({ length: editors }, (_, n) => room.join(`editor ${n}`))

/** Each editor pushes once a turn, as frames of several sockets arrive in one. */
async function drive(count, offset) {
  for (let done = 0; done < count;) {
    for (const member of members) {
      if (done === count) break
      const n = offset + done++
      member.push(n % SHAPES, n / 7, n / 3)
    }
    await turn()
  }
  // What is gathered for a sixtieth of a second goes out.
  await pause(50)
}

await drive(Math.max(editors, Math.ceil(pushes / 5)), 0)
globalThis.gc()
const before = room.clock()
const bytes = members.reduce((sum, { counter }) => sum + counter.bytes, 0)
const start = process.cpuUsage()
await drive(pushes, 1_000_000)
const { user, system } = process.cpuUsage(start)
if (room.clock() - before !== pushes) {
  throw new Error(`${name}: ${room.clock() - before} of ${pushes} pushes changed the document`)
}
const sent = members.reduce((sum, { counter }) => sum + counter.bytes, 0) - bytes
const seconds = (user + system) / 1e6
const deliveries = pushes * Math.max(1, editors - 1)
console.log(
  JSON.stringify({
    pushesPerCpuSecond: Math.round(pushes / seconds),
    microsecondsPerDelivery: (seconds * 1e6) / deliveries,
    bytesPerPushAndEditor: Math.round(sent / pushes / editors),
  }),
)
await room.close()
process.exit()
