// Whether members that never read hurt the others: `npm run slow-crowd`. A room of a hundred that
// read, into which 5,000 messages a second are broadcast; in every other run there are twenty more
// that do not read. Server and members are processes of their own.
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { closeCode, join, Reader } from './member.js'
import { LIMIT } from './shape.js'

const STUCK = 20
const QUICK = 100
/** Of one run: the stuck are over their limit after about four. */
const MILLISECONDS = 8_000

const { values } = parseArgs({ options: { runs: { type: 'string', default: '10' } } })
const runs = Number(values.runs)
if (!(Number.isInteger(runs) && runs > 0)) {
  console.error('Usage: npm run slow-crowd -- [--runs <pairs of runs>]')
  process.exit(2)
}

const faults = []
const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)]
const percent = (share) => `${Math.round(share * 1000) / 10} %`
const megabytes = (bytes) => Math.round((bytes / 1024 / 1024) * 10) / 10

async function run(stuckCount) {
  const server = fork(fileURLToPath(new URL('server.js', import.meta.url)), {
    execArgv: ['--enable-source-maps'],
  })
  const died = (code, signal) => {
    console.error(`FAILED: the server ended (${code ?? signal})`)
    process.exit(1)
  }
  server.on('exit', died)
  const [{ port }] = await once(server, 'message')
  const stuck = []
  while (stuck.length < stuckCount) stuck.push(await join(port))
  for (const socket of stuck) socket.pause()
  const latencies = []
  const sockets = []
  while (sockets.length < QUICK) sockets.push(await join(port))
  const readers = sockets.map((socket) => new Reader(socket, (late) => latencies.push(late)))
  server.send({ milliseconds: MILLISECONDS })
  const [told] = await once(server, 'message')
  const until = performance.now() + 5_000
  while (readers.some(({ got }) => got < told.pushed) && performance.now() < until) {
    await new Promise((resolve) => setImmediate(resolve))
  }
  const missed = readers.filter((one) => one.got !== told.pushed || one.faults > 0).length
  const codes = await Promise.all(stuck.map(closeCode))
  server.off('exit', died)
  server.kill('SIGKILL')
  for (const socket of sockets) socket.destroy()
  await once(server, 'exit')

  latencies.sort((a, b) => a - b)
  const p99 = latencies[Math.floor(latencies.length * 0.99)]
  const { pushed, mostWaiting, longest, highestRss, share } = told
  if (missed > 0) faults.push(`${missed} members that read did not get everything in order`)
  if (codes.some((code) => code !== 1013)) faults.push(`the stuck were closed with ${codes}`)
  if (longest > 1_000) faults.push(`a stuck member stayed for ${longest} ms above its limit`)
  if (mostWaiting > STUCK * LIMIT * 1.2) faults.push(`${mostWaiting} bytes waited`)
  const shown = [
    `${String(stuckCount).padStart(2)} stuck: p99 ${(p99 / 1_000).toFixed(2)} ms`,
    `${pushed} pushes`,
    `server ${percent(share)} of a core`,
    `${megabytes(mostWaiting)} MiB waited`,
    `closed after ${Math.round(longest)} ms`,
    `RSS ${megabytes(highestRss)} MiB`,
  ]
  console.log(shown.join(', '))
  return { p99, highestRss }
}

const without = []
const beside = []
// The first run of a machine is no like any other.
await run(0)
for (let count = 0; count < runs; count++) {
  without.push(await run(0))
  beside.push(await run(STUCK))
}
const moved = median(beside.map(({ p99 }) => p99)) / median(without.map(({ p99 }) => p99)) - 1
const grown =
  median(beside.map(({ highestRss }) => highestRss)) -
  median(without.map(({ highestRss }) => highestRss))
console.log(`p99 of those that read moved by ${percent(moved)}, RSS by ${megabytes(grown)} MiB`)
if (moved > 0.2) faults.push('the p99 of those that read moved by more than 20 %')
if (grown > STUCK * LIMIT * 1.2) faults.push('the stuck took more memory than their limits')
for (const fault of faults) console.log(`FAILED: ${fault}`)
process.exit(faults.length === 0 ? 0 : 1)
