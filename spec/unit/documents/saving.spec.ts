import { describe, expect, it } from '@jest/globals'
import type { DocumentStorage } from 'enfilade/documents'
import { HeldStorage } from '../../support/documents/held-storage.js'
import { join, note, openRoom } from '../../support/documents/open-room.js'
import { nextTurn } from '../../support/next-turn.js'

/** A storage without a log. */
function snapshotsOnly(held: HeldStorage): DocumentStorage {
  return { load: () => held.load(), save: (snapshot) => held.save(snapshot) }
}

describe('a storage with a log', () => {
  it('gets changes at once; what comes meanwhile goes together; the author hears what is durable', async () => {
    const storage = new HeldStorage()
    const { room } = await openRoom({ storage })
    const [ann, bob] = [join(room, 'ann'), join(room, 'bob')]
    for (const id of ['a', 'b', 'c']) ann.push(['put', note(id)])
    expect([room.clock, room.durable, storage.waiting]).toEqual([3, 0, 1])
    expect(ann.socket.of('durable')).toEqual([])
    storage.release()
    await nextTurn()
    expect([room.durable, storage.waiting, storage.changes.length]).toEqual([1, 1, 1])
    storage.release()
    await nextTurn()
    expect([room.durable, storage.changes.length]).toEqual([3, 3])
    expect(ann.socket.of('durable').map(({ clock }) => clock)).toEqual([1, 3])
    expect(bob.socket.of('durable')).toEqual([])
  })

  it('that fails for a minute is tried again, later and later; the room stays up', async () => {
    const storage = new HeldStorage()
    const reports: any[] = []
    const { room, timers } = await openRoom({
      storage,
      onStorage: (report) => reports.push(report),
    })
    const ann = join(room, 'ann')
    ann.push(['put', note('a')])
    let tries = 0
    for (const end = timers.now + 60_000; timers.now < end;) {
      storage.fail()
      await nextTurn()
      timers.advance(250)
      tries += storage.waiting
      ann.push(['patch', 'a', { at: ['put', timers.now] }])
    }
    expect(tries).toBeGreaterThan(5)
    expect(tries).toBeLessThan(15)
    expect(new Set(reports.map(({ kind }) => kind as string))).toEqual(new Set(['failed']))
    expect(room.durable).toBe(0)
    while (room.durable < room.clock) {
      timers.advance(10_000)
      storage.release()
      await nextTurn()
    }
    expect(reports.at(-1)).toEqual({ kind: 'recovered' })
    const again = await openRoom({ storage: storage.crash() })
    expect(again.room.get('a')).toEqual(room.get('a'))
    expect(again.room.clock).toBe(room.clock)
  })

  it('is made short by a snapshot when the room closes', async () => {
    const storage = new HeldStorage()
    const { room } = await openRoom({ storage })
    join(room, 'ann').push(['put', note('a')])
    storage.release()
    await nextTurn()
    const closing = room.close()
    await nextTurn()
    storage.release()
    await closing
    expect(storage.changes).toEqual([])
    const again = await openRoom({ storage: storage.crash() })
    expect([again.room.get('a'), again.room.clock]).toEqual([note('a'), 1])
  })

  it('that does not answer keeps a bounded log in memory, then a snapshot takes its place', async () => {
    const storage = new HeldStorage()
    const { room } = await openRoom({ storage })
    for (let at = 0; at < 5_010; at++) room.transact((tx) => tx.put(note('a', { at })))
    storage.release()
    await nextTurn()
    storage.release()
    await nextTurn()
    expect(storage.snapshot).toBeDefined()
    expect([storage.changes.length, room.durable]).toEqual([0, 5_010])
  })
})

describe('a storage without a log', () => {
  it('gets a snapshot a second after a change, with what came meanwhile', async () => {
    const held = new HeldStorage()
    const { room, timers } = await openRoom({ storage: snapshotsOnly(held) })
    room.transact((tx) => tx.put(note('a')))
    timers.advance(999)
    expect(held.waiting).toBe(0)
    room.transact((tx) => tx.put(note('b')))
    timers.advance(1)
    room.transact((tx) => tx.put(note('c')))
    held.release()
    await nextTurn()
    expect([room.durable, held.waiting]).toEqual([2, 0])
    timers.advance(1_000)
    held.release()
    await nextTurn()
    expect(room.durable).toBe(3)
  })

  it('gets it at once on flush; flush rejects when that fails, and the next try comes', async () => {
    const held = new HeldStorage()
    const { room, timers } = await openRoom({ storage: snapshotsOnly(held) })
    await room.flush()
    room.transact((tx) => tx.put(note('a')))
    const failing = room.flush()
    held.fail()
    await expect(failing).rejects.toThrow('disk full')
    timers.advance(250)
    expect(held.waiting).toBe(1)
    const flushed = room.flush()
    held.release()
    await flushed
    expect(room.durable).toBe(1)
  })
})

it('close rejects when the last saves fail', async () => {
  const storage = new HeldStorage()
  const { room } = await openRoom({ storage })
  room.transact((tx) => tx.put(note('a')))
  const closed = expect(room.close()).rejects.toThrow('disk full')
  for (let left = 4; left > 0; left--) {
    storage.fail()
    await nextTurn()
  }
  await closed
  expect(room.isClosed).toBe(true)
})

it('without a storage everything is as durable as it gets', async () => {
  const { room } = await openRoom()
  const ann = join(room, 'ann')
  expect(ann.socket.of('synced')).toEqual([{ type: 'synced', durable: Number.MAX_SAFE_INTEGER }])
  ann.push(['put', note('a')])
  expect([room.durable, ann.socket.of('durable')]).toEqual([1, []])
})

it.each([
  ['no JSON', '{'],
  ['another format', '{"format":2,"engine":"records"}'],
  ['another engine', '{"format":1,"engine":"yjs"}'],
  ['a part', '{"format":1,"engine":"records","clock":1}'],
])('a snapshot that is %s is refused, and left as it is', async (_what, text) => {
  const storage = new HeldStorage({ snapshot: Buffer.from(text), changes: [] })
  await expect(openRoom({ storage })).rejects.toMatchObject({ name: 'DocumentStorageError' })
  expect([String(storage.snapshot), storage.waiting]).toEqual([text, 0])
})

it('a log with a change missing is refused', async () => {
  const change = (clock: number) => Buffer.from(JSON.stringify({ clock, epoch: 'e', ops: [] }))
  const open = (clocks: number[]) =>
    openRoom({ storage: new HeldStorage({ snapshot: undefined, changes: clocks.map(change) }) })
  await expect(open([1, 3])).rejects.toThrow('Change 3 follows on 1')
  expect((await open([1, 1, 2])).room.clock).toBe(2)
})
