import { describe, expect, it } from '@jest/globals'
import { RecordsEngine, RoomHost, type DocumentStorage } from 'enfilade/documents'
import { defer, type Deferred } from '../../support/deadline.js'
import { FakeSocket } from '../../support/documents/fake-socket.js'
import { FakeTimers } from '../../support/documents/fake-timers.js'
import { HeldStorage } from '../../support/documents/held-storage.js'
import { note } from '../../support/documents/open-room.js'
import { nextTurn } from '../../support/next-turn.js'

const CONNECT = JSON.stringify({ type: 'connect', wire: 1, client: 'c', schema: {} })
const PUSH = JSON.stringify({ type: 'push', n: 1, ops: [['put', note('a')]] })

/** A host whose documents load when they are told to. */
function createHost() {
  const timers = new FakeTimers()
  const loads: Deferred<void>[] = []
  const stored = new Map<string, HeldStorage>()
  const host = new RoomHost({
    timers,
    room: (path) => {
      const held = (stored.get(path) ?? new HeldStorage()).crash()
      stored.set(path, held)
      const storage: DocumentStorage = {
        load: async () => {
          const gate = defer<void>()
          loads.push(gate)
          await gate.promise
          return held.load()
        },
        save: (snapshot) => held.save(snapshot),
        append: (changes) => held.append(changes),
      }
      return { engine: new RecordsEngine({ records: { note: {} } }), storage, timers }
    },
  })
  const connect = (sessionId: string) => {
    const socket = new FakeSocket()
    return { socket, connection: host.connect('/a', { socket, sessionId, access: 'write' }) }
  }
  const held = () => stored.get('/a')!
  return { host, timers, loads, connect, held }
}

describe('opening', () => {
  it('50 clients of a cold document make one load and one room', async () => {
    const { host, loads, connect } = createHost()
    const clients = Array.from({ length: 50 }, (_, index) => connect(`s${index}`))
    for (const { connection } of clients)
      connection.receive(CONNECT.replace('"c"', `"${Math.random()}"`))
    expect([loads.length, host.get('/a')]).toEqual([1, undefined])
    loads[0]?.resolve()
    await nextTurn()
    expect(clients.map(({ socket }) => socket.of('synced').length)).toEqual(clients.map(() => 1))
    expect(host.get('/a')?.sessions()).toHaveLength(50)
    expect([loads.length, host.size]).toEqual([1, 1])
    await host.closeAll()
  })

  it('keeps frames in order, and a socket that closed meanwhile leaves no ghost', async () => {
    const { host, loads, connect } = createHost()
    const [ann, ghost] = [connect('ann'), connect('ghost')]
    ann.connection.receive(CONNECT)
    ann.connection.receive(PUSH)
    ghost.connection.receive(CONNECT)
    ghost.connection.disconnect()
    loads[0]?.resolve()
    await nextTurn()
    const room = host.get('/a')!
    expect(room.sessions().map(({ id }) => id)).toEqual(['ann'])
    expect(ann.socket.of('verdict')).toMatchObject([{ verdict: 'commit' }])
    expect(ghost.socket.frames).toEqual([])
    ann.connection.disconnect()
    expect(room.sessions()).toEqual([])
  })

  it('closes with 4400 who sends too much before', async () => {
    const { connect } = createHost()
    const [many, large] = [connect('many'), connect('large')]
    for (let left = 65; left > 0; left--) many.connection.receive(CONNECT)
    large.connection.receive('x'.repeat(300_000))
    expect([many.socket.closed?.code, large.socket.closed?.code]).toEqual([4400, 4400])
  })

  it('that fails tells who asked, and the next tries again', async () => {
    const { host, loads, connect } = createHost()
    const { socket } = connect('ann')
    const opening = host.open('/a')
    loads[0]?.reject(new Error('secret'))
    await expect(opening).rejects.toThrow('secret')
    expect(socket.frames).toEqual([
      { type: 'error', error: { code: 503, message: 'The document cannot be opened' } },
    ])
    expect([socket.closed?.code, host.size]).toEqual([1013, 0])
    const again = host.open('/a')
    await nextTurn()
    loads[1]?.resolve()
    expect((await again).isClosed).toBe(false)
  })

  it.each(['', '/a/../b', '..', '/a\u0000', '\\\\server', '/\ud800', 'x'.repeat(1025)])(
    'refuses the path %j',
    async (path) => {
      const { host } = createHost()
      await expect(host.open(path)).rejects.toMatchObject({ code: 400 })
      const socket = new FakeSocket()
      host.connect(path, { socket, sessionId: 'ann', access: 'write' })
      await nextTurn()
      expect([socket.closed?.code, host.size]).toEqual([4400, 0])
    },
  )
})

describe('an idle document', () => {
  async function opened() {
    const all = createHost()
    const opening = all.host.open('/a')
    await nextTurn()
    all.loads[0]?.resolve()
    return { ...all, room: await opening }
  }

  it('is closed 30 s after its last session, and loaded anew', async () => {
    const { host, timers, connect, loads, held } = await opened()
    const { connection } = connect('ann')
    await nextTurn()
    connection.receive(CONNECT)
    connection.receive(PUSH)
    held().release()
    await nextTurn()
    timers.advance(60_000)
    expect(host.size).toBe(1)
    connection.disconnect()
    timers.advance(29_999)
    await nextTurn()
    expect(host.get('/a')?.isClosed).toBe(false)
    timers.advance(1)
    await nextTurn()
    expect(host.get('/a')).toBeUndefined()
    // Whoever comes while it closes waits for the end of it.
    const again = host.open('/a')
    await nextTurn()
    expect(loads).toHaveLength(1)
    held().release()
    await nextTurn()
    loads[1]?.resolve()
    expect((await again).get('a')).toEqual(note('a'))
  })

  it('stays when somebody comes in time', async () => {
    const { host, timers, connect, room } = await opened()
    timers.advance(29_000)
    const { connection } = connect('ann')
    await nextTurn()
    timers.advance(29_000)
    expect(host.get('/a')).toBe(room)
    connection.disconnect()
  })

  it('stays as long as it cannot be saved', async () => {
    const { host, timers, room, held } = await opened()
    room.transact((tx) => tx.put(note('a')))
    for (let round = 0; round < 5; round++) {
      held().fail()
      await nextTurn()
      timers.advance(30_000)
      await nextTurn()
    }
    expect([host.get('/a') === room, room.isClosed]).toEqual([true, false])
    for (let round = 0; round < 5; round++) {
      held().release()
      await nextTurn()
      timers.advance(30_000)
      await nextTurn()
    }
    expect([host.size, room.isClosed]).toEqual([0, true])
    expect(held().snapshot).toBeDefined()
  })
})

describe('closeAll', () => {
  it('closes the sockets first, those that wait too, then saves, and takes nobody any more', async () => {
    const { host, loads, connect, held } = createHost()
    const ann = connect('ann')
    await nextTurn()
    loads[0]?.resolve()
    await nextTurn()
    ann.connection.receive(CONNECT)
    ann.connection.receive(PUSH)
    const waiting = new FakeSocket()
    host.connect('/b', { socket: waiting, sessionId: 'bob', access: 'write' })
    const closing = host.closeAll(1001, 'bye')
    await nextTurn()
    loads[1]?.resolve()
    expect([ann.socket.closed, waiting.closed]).toEqual([
      { code: 1001, reason: 'bye' },
      { code: 1001, reason: 'bye' },
    ])
    expect(held().snapshot).toBeUndefined()
    for (let round = 0; round < 3; round++) {
      held().release()
      await nextTurn()
    }
    await closing
    expect([held().snapshot === undefined, host.size]).toEqual([false, 0])
    await expect(host.open('/a')).rejects.toMatchObject({ code: 503 })
  })

  it('rejects with what could not be saved', async () => {
    const { host, loads, held } = createHost()
    const opening = host.open('/a')
    await nextTurn()
    loads[0]?.resolve()
    ;(await opening).transact((tx) => tx.put(note('a')))
    const closed = expect(host.closeAll()).rejects.toBeInstanceOf(AggregateError)
    for (let round = 0; round < 5; round++) {
      held().fail()
      await nextTurn()
    }
    await closed
  })
})
