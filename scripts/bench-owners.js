// What it costs to edit a document through a process that does not own it, beside editing it at its owner.
//
//     npm run build && node scripts/bench-owners.js [turns] [seconds]
//
// Editors push a change of one field each, with four of them on their way at any time; the others are sent a patch. Once
// all are at the owner, once all are at another process; the processes are workers of one program, and, where there is a
// redis-server, two programs over it. CPU time is that of the processes, from /proc. Runs take turns.
import { spawn } from 'node:child_process'
import { createServer } from 'node:net'
import { WebSocket } from 'ws'
import { cpuOf, median, serve } from './bench/served-app.js'

const TURNS = Number(process.argv[2] ?? 4)
const SECONDS = Number(process.argv[3] ?? 2)
const DEPTH = 4
const EDITORS = [1, 10]
const APP = 'bench-owners-app.js'

let boards = 0

class Editor {
  #n = 0
  #until = 0
  #onFrame = new Map()
  patches = 0
  verdicts = 0

  static async connect(port) {
    const editor = new Editor()
    editor.socket = new WebSocket(`ws://127.0.0.1:${port}`, { perMessageDeflate: false })
    editor.socket.on('message', (text) => editor.#receive(JSON.parse(text)))
    await new Promise((resolve, reject) => editor.socket.on('open', resolve).on('error', reject))
    editor.pid = await editor.#next('pid', () =>
      editor.socket.send(JSON.stringify({ event: 'pid', path: '/load', id: 1 })),
    )
    return editor
  }

  async open(path, id) {
    Object.assign(this, { path, id })
    const hello = { type: 'connect', wire: 1, client: crypto.randomUUID(), schema: {} }
    await this.#next('synced', () => this.#send(hello))
    await this.#next('verdict', () => this.#push(['put', { id, type: 'shape', x: 0 }]))
  }

  /** Pushes until a time; done when all has been answered. */
  async edit(until) {
    this.#until = until
    this.verdicts = 0
    this.patches = 0
    await this.#next('idle', () => {
      for (let left = DEPTH; left > 0; left--) this.#change()
    })
  }

  #change() {
    this.#push(['patch', this.id, { x: ['put', this.#n + 1] }])
  }

  #push(op) {
    this.#send({ type: 'push', n: ++this.#n, ops: [op] })
  }

  #send(data) {
    this.socket.send(JSON.stringify({ event: '$document', path: this.path, data }))
  }

  #next(what, begin) {
    return new Promise((resolve) => {
      this.#onFrame.set(what, resolve)
      begin()
    })
  }

  #heard(what, value) {
    this.#onFrame.get(what)?.(value)
    this.#onFrame.delete(what)
  }

  #receive({ id, event, data }) {
    if (id !== undefined) this.#heard('pid', data)
    if (event !== '$document') return
    if (data.type === 'patch') this.patches++
    if (data.type === 'closed') throw new Error(`the session was closed: ${data.reason}`)
    this.#heard(data.type, data)
    if (data.type !== 'verdict') return
    if (data.verdict !== 'commit') throw new Error(`a push was not committed: ${data.verdict}`)
    this.verdicts++
    if (performance.now() < this.#until) this.#change()
    else if (data.n === this.#n) this.#heard('idle')
  }
}

const start = (env, options = []) =>
  serve(APP, { options, env: { NODE_ENV: 'production', ...env } })

async function workers() {
  const { child, port } = await start({}, ['--workers', '2'])
  return { name: 'workers', ports: [port], carrier: child.pid, children: [child] }
}

async function overRedis() {
  const probe = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => probe.once('listening', resolve))
  const { port } = probe.address()
  await new Promise((resolve) => probe.close(resolve))
  const flags = ['--port', String(port), '--bind', '127.0.0.1', '--save', '']
  const redis = spawn('redis-server', flags, { stdio: ['ignore', 'pipe', 'inherit'] })
  const isThere = await new Promise((resolve) => {
    redis.once('error', () => resolve(false))
    redis.stdout.on('data', (text) => /Ready to accept/.test(text) && resolve(true))
  })
  if (!isThere) return undefined
  const servers = [await start({ REDIS_PORT: port }), await start({ REDIS_PORT: port })]
  return {
    ...{ name: 'Redis', carrier: redis.pid, ports: servers.map((server) => server.port) },
    children: [...servers.map(({ child }) => child), redis],
  }
}

/** So many editors at each of both processes: the system shares connections out as it likes. */
async function connect({ ports }, each) {
  const byPid = new Map()
  const isFull = () =>
    byPid.size === 2 && [...byPid.values()].every(({ length }) => length === each)
  for (let turn = 0; !isFull(); turn++) {
    const editor = await Editor.connect(ports[turn % ports.length])
    const editors = byPid.get(editor.pid) ?? []
    byPid.set(editor.pid, editors)
    if (editors.length < each) editors.push(editor)
    else editor.socket.terminate()
  }
  return [...byPid]
}

/** CPU time and throughput of a board that the first process owns and all edit at the one or the other. */
async function run(site, count, isForwarded) {
  const [[owner, atOwner], [other, elsewhere]] = await connect(site, count + 1)
  const path = `/board/${++boards}`
  const [holder] = atOwner
  await holder.open(path, 'holder')
  const editors = (isForwarded ? elsewhere : atOwner).slice(1)
  for (const [at, editor] of editors.entries()) await editor.open(path, `shape ${at}`)
  const pids = { owner, other, carrier: site.carrier }
  const before = Object.fromEntries(Object.entries(pids).map(([name, pid]) => [name, cpuOf(pid)]))
  const from = performance.now()
  await Promise.all(editors.map((editor) => editor.edit(from + SECONDS * 1000)))
  const seconds = (performance.now() - from) / 1000
  const pushes = editors.reduce((sum, { verdicts }) => sum + verdicts, 0)
  const cpu = Object.entries(pids).map(([name, pid]) => [
    name,
    ((cpuOf(pid) - before[name]) / pushes) * 1e6,
  ])
  for (const { socket } of [...atOwner, ...elsewhere]) socket.terminate()
  return { rate: pushes / seconds, ...Object.fromEntries(cpu) }
}

const sites = (await Promise.all([workers(), overRedis()])).filter((site) => site !== undefined)
const rows = new Map()
try {
  // The first turn warms them up, and is not told.
  for (let turn = 0; turn <= TURNS; turn++) {
    for (const site of sites) {
      for (const count of EDITORS) {
        for (const isForwarded of [false, true]) {
          const name = `${site.name}, ${count} editors, ${isForwarded ? 'through another' : 'at the owner'}`
          const runs = rows.get(name) ?? []
          const result = await run(site, count, isForwarded)
          if (turn > 0) rows.set(name, [...runs, result])
        }
      }
    }
  }
} finally {
  for (const { children } of sites) for (const child of children) child.kill()
}
for (const [name, runs] of rows) {
  const of = (key) => median(runs.map((each) => each[key]))
  const cpu = ['owner', 'other', 'carrier'].map((key) => `${key} ${of(key).toFixed(1)}`).join(', ')
  console.log(`${name}: ${Math.round(of('rate'))} pushes/s; µs of CPU a push: ${cpu}`)
}
