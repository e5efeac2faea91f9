// The app of `npm run slow-crowd`: one room, into which it broadcasts at a steady rate.
import 'reflect-metadata'
import { setTimeout as pause } from 'node:timers/promises'
import { createWsApp } from 'enfilade'
import { LIMIT, NUMBER, PAD, PER_SECOND, ROOM } from './shape.js'

/** A process that has been held up does not make up for it at once. */
const MOST_AT_ONCE = 50

const app = createWsApp({
  controllers: [],
  backpressure: { limit: LIMIT },
  maxConnectionsPerIp: 1_000,
  logger: false,
})

/** When each connection was first seen above the limit. */
const crossed = new Map()
let [mostWaiting, longest, highestRss] = [0, 0, 0]
const codes = {}
app.events.on('disconnect', ({ connection, code }) => {
  codes[code] = (codes[code] ?? 0) + 1
  const since = crossed.get(connection)
  if (since !== undefined) longest = Math.max(longest, performance.now() - since)
})

function look() {
  let waiting = 0
  for (const connection of app.server.connections()) {
    const { bufferedAmount } = connection
    waiting += bufferedAmount
    if (bufferedAmount > LIMIT && !crossed.has(connection)) {
      crossed.set(connection, performance.now())
    }
  }
  mostWaiting = Math.max(mostWaiting, waiting)
}

/** Microseconds on a clock that all processes of a machine share, always as many digits. */
const now = () => NUMBER + Math.floor(Number(process.hrtime.bigint() / 1_000n))

async function broadcast(milliseconds) {
  for (const connection of app.server.connections()) await app.rooms.join(connection, ROOM)
  // What the load itself takes is there in both kinds of run.
  const rss = setInterval(() => {
    highestRss = Math.max(highestRss, process.memoryUsage.rss())
  }, 20)
  const start = performance.now()
  const cpu = process.cpuUsage()
  let pushed = 0
  for (;;) {
    const passed = performance.now() - start
    if (passed >= milliseconds) break
    const due = (passed / 1_000) * PER_SECOND
    for (let count = 0; pushed < due && count < MOST_AT_ONCE; count++) {
      app.rooms.broadcast(ROOM, 'n', ROOM, { n: NUMBER + pushed++, at: now(), pad: PAD })
    }
    look()
    await pause(1)
  }
  clearInterval(rss)
  const { user, system } = process.cpuUsage(cpu)
  const share = (user + system) / 1_000 / (performance.now() - start)
  process.send({ pushed, mostWaiting, longest, highestRss, codes, share })
}

process.on('message', ({ milliseconds }) => void broadcast(milliseconds))
process.on('disconnect', () => process.exit())
const { port } = await app.listen(0, '127.0.0.1')
process.send({ port })
