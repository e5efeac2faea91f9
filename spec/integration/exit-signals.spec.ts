import { afterEach, describe, expect, it } from '@jest/globals'
import { within } from '../support/deadline.js'
import { fork, type Child } from '../support/fork.js'
import { openRaw } from '../support/open-raw.js'
import type { RawSocket } from '../support/raw-socket.js'
import { opcodes } from '../support/raw-frames.js'

const children: Child[] = []

afterEach(async () => {
  await Promise.all(children.splice(0).map((child) => child.kill()))
})

async function start(signals?: unknown): Promise<Child> {
  const env: Record<string, string> =
    signals === undefined ? {} : { SIGNALS: JSON.stringify(signals) }
  const child = await fork('spec/support/fixtures/exit-app.ts', { env })
  children.push(child)
  return child
}

/** Opens many sockets, some at a time. */
async function openMany(port: number, count: number): Promise<RawSocket[]> {
  const sockets: RawSocket[] = []
  while (sockets.length < count) {
    const some = Math.min(100, count - sockets.length)
    sockets.push(...(await Promise.all(Array.from({ length: some }, () => openRaw(port)))))
  }
  return sockets
}

const send = (socket: RawSocket, event: string, id: number, data?: unknown): void =>
  socket.sendText(JSON.stringify({ event, path: '/work', id, data }))

const texts = ({ frames }: RawSocket): unknown[] =>
  frames
    .filter(({ opcode }) => opcode === opcodes.text)
    .map(({ payload }) => JSON.parse(payload.toString()) as unknown)

describe('SIGTERM', () => {
  it('with 5,000 sockets and 200 handlers in flight loses no reply, closes all with 1012 and ends with 0', async () => {
    const child = await start({ drain: 8 })
    const sockets = await openMany(child.port, 5000)
    const workers = sockets.slice(0, 200)
    workers.forEach((socket, id) => send(socket, 'work', id, { isLast: id === 199 }))
    await child.nextMessage((message) => message === 'working', 20_000)
    const since = performance.now()
    const ended = child.stop('SIGTERM', 10_000)
    while (!(await refusedBy(sockets[200]!)));
    child.send('finish')
    expect(await ended).toMatchObject({ code: 0, signal: null, stderr: '' })
    expect(performance.now() - since).toBeLessThan(10_000)
    const closes = await within(Promise.all(sockets.map(({ closed }) => closed)), 'the ends')
    expect(closes.filter(({ code }) => code !== 1012)).toEqual([])
    expect(workers.flatMap(texts)).toEqual(workers.map((_, id) => ({ id, data: 'done' })))
  }, 60_000)

  it('sends what waits in a broadcast window before it closes', async () => {
    const child = await start(true)
    const [member, teller] = (await openMany(child.port, 2)) as [RawSocket, RawSocket]
    send(member, 'enter', 1)
    await member.nextText()
    send(teller, 'tell', 1)
    send(teller, 'work', 2, { isLast: true })
    await child.nextMessage((message) => message === 'working')
    const ended = child.stop('SIGTERM')
    child.send('finish')
    expect(await ended).toMatchObject({ code: 0 })
    await member.closed
    const told = { event: 'told', path: '/window', data: 'late' }
    expect(texts(member).at(-1)).toEqual(told)
  })

  it('a second signal ends the process at once', async () => {
    const child = await start({ drain: 3600 })
    const [socket] = (await openMany(child.port, 1)) as [RawSocket]
    send(socket, 'work', 1, { isLast: true })
    await child.nextMessage((message) => message === 'working')
    const ended = child.stop('SIGTERM')
    while (!(await refusedBy(socket)));
    const [{ code }] = await Promise.all([ended, child.stop('SIGINT')])
    expect(code).toBe(130)
  })

  it('ends the process as ever when nobody asked for more', async () => {
    const child = await start()
    expect(await child.stop('SIGTERM')).toMatchObject({ code: null, signal: 'SIGTERM' })
  })
})

interface Resources {
  active: string[]
  handles: string[]
}

/** What keeps the child alive, before it had an app and now. */
async function resources(child: Child): Promise<{ before: Resources; now: Resources }> {
  child.send('resources')
  return (await child.nextMessage()) as { before: Resources; now: Resources }
}

/** Whether the app drains by now: it refuses messages then. */
async function refusedBy(socket: RawSocket): Promise<boolean> {
  send(socket, 'enter', 0)
  return (await socket.nextText()).includes('503')
}

/** What the process holds, once it holds no more than it did before the app. */
async function settledResources(child: Child): ReturnType<typeof resources> {
  for (;;) {
    const held = await resources(child)
    if (held.now.handles.length <= held.before.handles.length) return held
  }
}

describe('close()', () => {
  it('leaves nothing behind: no handle, no timer, no room, no listener for signals', async () => {
    const child = await start(true)
    const sockets = await openMany(child.port, 50)
    for (const socket of sockets) send(socket, 'enter', 1)
    await Promise.all(sockets.map((socket) => socket.nextText()))
    child.send('listeners')
    expect(await child.nextMessage()).toEqual([1, 1])
    const { handles } = (await resources(child)).now
    // Its sockets, and the one that listens.
    expect(handles.filter((type) => type === 'poll')).toHaveLength(51)
    child.send('close')
    expect(await child.nextMessage()).toEqual({
      ...{ status: 'closed', left: 50, connections: 0, rooms: 0 },
      counted: [0, 0, 0, 0],
    })
    await Promise.all(sockets.map(({ closed }) => closed))
    child.send('listeners')
    expect(await child.nextMessage()).toEqual([0, 0])
    // The native loop gives its timers back in a turn of its own.
    const { before, now } = await within(settledResources(child), 'the end of the last handle')
    expect(now.handles).toEqual(before.handles)
    // The channel to this test.
    expect(now.active).toEqual(['PipeWrap'])
    child.send('disconnect')
    expect(await within(child.exit, 'the end of a process with nothing left')).toMatchObject({
      code: 0,
    })
  })
})
