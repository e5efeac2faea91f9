// CPU of the server for each update that reaches a client: several editors type into one text, each
// at a pace of its own. Every client has to have the whole text in the end, or nothing is reported.
import { fork } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { WebSocket } from 'ws'
import { applyUpdate, Doc } from 'yjs'

const SECONDS = Number(process.env.SECONDS ?? 6)
const ROUNDS = Number(process.env.ROUNDS ?? 3)
/** How many editors, and what each of them types in a second. */
const CROWDS = [
  { editors: 1, perSecond: 200 },
  { editors: 10, perSecond: 20 },
  { editors: 100, perSecond: 2 },
]
const SERVERS = ['enfilade', 'y-websocket']

const SYNC = 0
const [STEP_1, STEP_2, UPDATE] = [0, 1, 2]

/** A frame of y-websocket; what is sent here is short. */
function frameOf(step, bytes) {
  if (bytes.length > 127) throw new Error('The update is too long for this benchmark')
  return Uint8Array.of(SYNC, step, bytes.length, ...bytes)
}

/** A client that keeps what it gets, to look at it later. */
class Editor {
  doc = new Doc()
  frames = []

  static async connect(port) {
    const editor = new Editor()
    editor.socket = new WebSocket(`ws://127.0.0.1:${port}/text/one`)
    editor.socket.binaryType = 'nodebuffer'
    editor.socket.on('message', (data) => {
      if (data[0] !== SYNC) return
      if (data[1] === STEP_1) editor.socket.send(frameOf(STEP_2, Uint8Array.of(0, 0)))
      else editor.frames.push(data)
    })
    await once(editor.socket, 'open')
    editor.socket.send(frameOf(STEP_1, Uint8Array.of(0)))
    editor.doc.on('update', (update, origin) => {
      if (origin !== editor) editor.socket.send(frameOf(UPDATE, update))
    })
    return editor
  }

  type() {
    this.doc.getText(`of ${this.doc.clientID}`).insert(0, 'x')
  }

  /** How many letters it has by now. */
  letters() {
    for (const frame of this.frames.splice(0)) applyUpdate(this.doc, payloadOf(frame), this)
    return [...this.doc.share.keys()].reduce((sum, name) => sum + this.doc.getText(name).length, 0)
  }
}

function payloadOf(frame) {
  let at = 2
  while (frame[at] > 127) at++
  return frame.subarray(at + 1)
}

function cpuOf(pid) {
  const [nanoseconds] = readFileSync(`/proc/${pid}/schedstat`, 'utf8').split(' ')
  return Number(nanoseconds) / 1e9
}

const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds))

async function measure(name, { editors: count, perSecond }) {
  const file = fileURLToPath(new URL(`server-${name}.js`, import.meta.url))
  const server = fork(file, { env: { ...process.env, NODE_ENV: 'production' } })
  try {
    const [{ port }] = await once(server, 'message')
    const editors = await Promise.all(Array.from({ length: count }, () => Editor.connect(port)))
    const typeFor = async (seconds) => {
      const turns = Math.round(seconds * perSecond)
      await Promise.all(
        editors.map(async (editor) => {
          await pause(Math.random() * (1_000 / perSecond))
          for (let left = turns; left > 0; left--) {
            editor.type()
            await pause(1_000 / perSecond)
          }
        }),
      )
      return turns * count
    }
    const warm = await typeFor(2)
    await pause(500)
    const before = cpuOf(server.pid)
    const updates = await typeFor(SECONDS)
    const until = Date.now() + 20_000
    while (editors.some((editor) => editor.letters() < warm + updates)) {
      if (Date.now() > until) throw new Error(`${name}: a client misses something`)
      await pause(100)
    }
    const cpu = cpuOf(server.pid) - before
    for (const { socket } of editors) socket.terminate()
    return (cpu / (updates * Math.max(1, count - 1))) * 1e6
  } finally {
    server.kill('SIGKILL')
  }
}

const rows = []
for (const crowd of CROWDS) {
  const figures = Object.fromEntries(SERVERS.map((name) => [name, []]))
  // In turns: whatever else the machine does, it does to both.
  for (let round = 0; round < ROUNDS; round++) {
    for (const name of SERVERS) figures[name].push(await measure(name, crowd))
  }
  const [ours, theirs] = SERVERS.map((name) => median(figures[name]))
  rows.push({
    editors: crowd.editors,
    'enfilade µs': ours.toFixed(2),
    'y-websocket µs': theirs.toFixed(2),
    ratio: (theirs / ours).toFixed(2),
  })
  console.log(JSON.stringify(rows.at(-1)))
}
console.table(rows)
process.exit(0)

function median(values) {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]
}
