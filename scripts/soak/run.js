// Wears an app out, and looks whether anything stays behind: `npm run soak -- --seconds 600`.
// A hundred clients a second come and go, many of them rudely. A first part of the time warms the
// app up; what there is then, with nobody connected, is what there has to be at the end.
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { isDeepStrictEqual, parseArgs } from 'node:util'
import { visit } from './visitor.js'

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '600' },
    rate: { type: 'string', default: '100' },
  },
})
const seconds = Number(values.seconds)
const rate = Number(values.rate)
if (!(seconds >= 10 && rate > 0)) {
  console.error('Usage: npm run soak -- [--seconds <10 or more>] [--rate <clients a second>]')
  process.exit(2)
}

/** Bytes of heap that may come and go with the compiler's mood, however long the run. */
const SLACK = 1024 * 1024
/** Milliseconds for the last traces to go: twice as long as a hanging hook is waited for. */
const SETTLE = 10_000

const server = fork(fileURLToPath(new URL('server.js', import.meta.url)), {
  execArgv: ['--expose-gc', '--enable-source-maps'],
})
server.on('exit', (code, signal) => {
  console.error(`FAILED: the server ended (${code ?? signal})`)
  process.exit(1)
})
const [{ port }] = await once(server, 'message')

async function measure() {
  server.send('measure')
  const [measured] = await once(server, 'message')
  return measured
}

/** Visitors for so many seconds; done when the last has gone. */
async function crowd(forSeconds) {
  const visitors = new Set()
  const since = performance.now()
  for (let count = 0; count < forSeconds * rate; count++) {
    await pause(Math.max(0, since + (count * 1000) / rate - performance.now()))
    const visitor = visit(port).finally(() => visitors.delete(visitor))
    visitors.add(visitor)
  }
  await Promise.all(visitors)
}

const isEmpty = ({ left }) => Object.values(left).every((count) => count === 0)

/** What there is when nobody is connected. */
async function whenEmpty() {
  const until = performance.now() + SETTLE
  let measured = await measure()
  while (!isEmpty(measured) && performance.now() < until) {
    await pause(100)
    measured = await measure()
  }
  // The window of the last broadcast, and close frames under way.
  await pause(500)
  return measure()
}

const warmUp = Math.min(60, seconds / 3)
await crowd(warmUp)
const before = await whenEmpty()
await crowd(seconds - warmUp)
const after = await whenEmpty()

const megabytes = (bytes) => Math.round((bytes / 1024 / 1024) * 100) / 100
const faults = []
if (!isEmpty(before)) faults.push('something was left after the warm-up')
if (!isEmpty(after)) faults.push('something was left at the end')
if (!isDeepStrictEqual(after.handles, before.handles)) faults.push('there are other handles')
if (after.timers > before.timers) faults.push('there are more timers')
if (after.heap > before.heap + SLACK) faults.push('the heap has grown')

for (const [when, { heap, rss, ...rest }] of [
  ['before', before],
  ['after', after],
]) {
  const memory = { heap: `${megabytes(heap)} MiB`, rss: `${megabytes(rss)} MiB` }
  console.log(when, JSON.stringify({ ...memory, ...rest }))
}
const growth = after.heap - before.heap
const each = growth / (after.opened - before.opened)
console.log(`${after.opened - before.opened} connections; the heap differs by ${growth} bytes:`)
console.log(`${each.toFixed(1)} a connection`)
for (const fault of faults) console.log(`FAILED: ${fault}`)
server.removeAllListeners('exit')
server.kill('SIGKILL')
await once(server, 'exit')
process.exit(faults.length === 0 ? 0 : 1)
