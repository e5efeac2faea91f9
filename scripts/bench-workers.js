// Two workers beside one: calls of a fixed cost, and pushes that cross from one worker to the other.
//
//     npm run build && node scripts/bench-workers.js [turns] [seconds]
//
// Throughput on a small machine is as much the load generator's as the server's: each call hashes 512 KiB,
// which keeps the generator below a tenth of its core, and its share is told. On a machine that others use as well,
// the CPU time of a call says more: two workers of the same cost do twice as much on two cores of their own. Runs take
// turns.
import { WebSocket } from 'ws'
import { cpuOf, median, serve } from './bench/served-app.js'

const TURNS = Number(process.argv[2] ?? 5)
const SECONDS = Number(process.argv[3] ?? 2)
const CONNECTIONS = 8
const DEPTH = 128
const MEMBERS = 50
const BURST = 16

class Client {
  #id = 0
  #waiting = new Map()
  pushes = 0

  static async connect(port) {
    const client = new Client()
    client.socket = new WebSocket(`ws://127.0.0.1:${port}`, { perMessageDeflate: false })
    client.socket.on('message', (text) => client.#receive(JSON.parse(text)))
    await new Promise((resolve, reject) => client.socket.on('open', resolve).on('error', reject))
    return client
  }

  call(event) {
    const id = ++this.#id
    this.socket.send(JSON.stringify({ event, path: '/load', id }))
    return new Promise((resolve, reject) => this.#waiting.set(id, { resolve, reject }))
  }

  #receive({ id, data, error }) {
    if (id === undefined) {
      this.pushes++
      return
    }
    const { resolve, reject } = this.#waiting.get(id)
    this.#waiting.delete(id)
    if (error) reject(new Error(error.message))
    else resolve(data)
  }
}

/** As many connections at each worker: the system shares them out as it likes. */
async function connectEvenly(port, workers, each) {
  const byPid = new Map()
  const isFull = () =>
    byPid.size === workers && [...byPid.values()].every((clients) => clients.length === each)
  while (!isFull()) {
    const client = await Client.connect(port)
    const pid = await client.call('pid')
    const clients = byPid.get(pid) ?? []
    byPid.set(pid, clients)
    if (clients.length < each) clients.push(client)
    else client.socket.terminate()
  }
  return byPid
}

async function callsPerSecond({ port, child, workers }) {
  const byPid = await connectEvenly(port, workers, CONNECTIONS / workers)
  const clients = [...byPid.values()].flat()
  const from = performance.now()
  const until = from + SECONDS * 1000
  const cpu = process.cpuUsage()
  const pids = [child.pid, ...byPid.keys()]
  const before = pids.map(cpuOf)
  let calls = 0
  await Promise.all(
    clients.flatMap((client) =>
      Array.from({ length: DEPTH }, async () => {
        while (performance.now() < until) {
          await client.call('work')
          calls++
        }
      }),
    ),
  )
  const seconds = (performance.now() - from) / 1000
  const { user, system } = process.cpuUsage(cpu)
  const spent = pids.reduce((sum, pid, at) => sum + cpuOf(pid) - before[at], 0)
  for (const { socket } of clients) socket.terminate()
  return {
    rate: calls / seconds,
    cost: (spent / calls) * 1e6,
    cores: spent / seconds,
    generator: (user + system) / 1e6 / seconds,
  }
}

/** CPU of the process that has the members, for each push that one of them gets. */
async function costOfPush({ port, child, workers }) {
  const byPid = await connectEvenly(port, workers, MEMBERS + 1)
  const [[pid, members], [, others] = [0, []]] = [...byPid]
  const sender = workers === 1 ? members.pop() : others[0]
  for (const member of members.slice(0, MEMBERS)) await member.call('join')
  const before = [pid, child.pid].map(cpuOf)
  const until = performance.now() + SECONDS * 1000
  let messages = 0
  while (performance.now() < until) {
    await Promise.all(Array.from({ length: BURST }, () => sender.call('say')))
    messages += BURST
  }
  const due = messages * MEMBERS
  const got = () => members.reduce((sum, { pushes }) => sum + pushes, 0)
  while (got() < due) await new Promise((resolve) => setTimeout(resolve, 5))
  const [process, supervisor] = [pid, child.pid].map((each, at) => cpuOf(each) - before[at])
  for (const { socket } of [...byPid.values()].flat()) socket.terminate()
  return { push: (process / due) * 1e6, supervisor: (supervisor / messages) * 1e6 }
}

const [one, two] = await Promise.all(
  [1, 2].map((workers) =>
    serve('bench-workers-app.js', { options: ['--workers', String(workers)] }),
  ),
)
const runs = { calls: [[], []], pushes: [[], []] }
try {
  for (let turn = 0; turn < TURNS; turn++) {
    for (const [at, server] of [one, two].entries()) {
      runs.calls[at].push(await callsPerSecond({ ...server, workers: at + 1 }))
      runs.pushes[at].push(await costOfPush({ ...server, workers: at + 1 }))
    }
  }
} finally {
  for (const { child } of [one, two]) child.kill()
}

const of = (list, name) => median(list.map((run) => run[name]))
const ratios = (lists, name) => median(lists[0].map((run, at) => lists[1][at][name] / run[name]))
const [callsOfOne, callsOfTwo] = runs.calls.map((list) => Math.round(of(list, 'rate')))
console.log(`calls per second: ${callsOfOne} with one worker, ${callsOfTwo} with two`)
console.log(`  ratio ${ratios(runs.calls, 'rate').toFixed(2)} (median of ${TURNS} turns)`)
const [costOfOne, costOfTwo] = runs.calls.map((list) => of(list, 'cost').toFixed(1))
console.log(
  `CPU of a call: ${costOfOne} µs with one worker, ${costOfTwo} µs with two and their supervisor`,
)
console.log(
  `  on cores of their own: ${(2 / ratios(runs.calls, 'cost')).toFixed(2)} times the throughput`,
)
const [coresOfOne, coresOfTwo] = runs.calls.map((list) => of(list, 'cores').toFixed(2))
console.log(`  cores that they got: ${coresOfOne} and ${coresOfTwo}`)
console.log(`  load generator: ${of(runs.calls[1], 'generator').toFixed(2)} of a core`)
const [local, crossed] = runs.pushes.map((list) => of(list, 'push'))
console.log(
  `CPU of a push: ${local.toFixed(2)} µs local, ${crossed.toFixed(2)} µs from another worker`,
)
console.log(`  local / crossed ${(1 / ratios(runs.pushes, 'push')).toFixed(2)}`)
console.log(`  supervisor: ${of(runs.pushes[1], 'supervisor').toFixed(1)} µs a message`)
