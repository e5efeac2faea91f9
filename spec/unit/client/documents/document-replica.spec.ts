import { describe, expect, it } from '@jest/globals'
import { WsError } from 'enfilade'
import { DocumentReplica, type ReplicaOptions } from 'enfilade/client/documents'
import { FakeSocket } from '../../../support/documents/fake-socket.js'
import { HeldStorage } from '../../../support/documents/held-storage.js'
import { note, openRoom, type RecordsRoom } from '../../../support/documents/open-room.js'
import { nextTurn } from '../../../support/next-turn.js'

/** A replica that is connected to a room, and hears at once. */
function connect(room: RecordsRoom, name: string, options: ReplicaOptions = {}): DocumentReplica {
  const replica = new DocumentReplica({ client: name, ...options })
  plug(room, name, replica)
  return replica
}

function plug(
  room: RecordsRoom,
  name: string,
  replica: DocumentReplica,
  access: 'read' | 'write' = 'write',
) {
  const sent: any[] = []
  const socket = {
    send: (text: string) => replica.receive(text),
    close: () => replica.closed(),
  }
  room.connect({ socket, sessionId: name, access })
  replica.opened((text) => {
    sent.push(JSON.parse(text))
    room.receive(name, text, socket)
  })
  const unplug = () => {
    replica.closed()
    room.disconnect(name, socket)
  }
  return { sent, unplug }
}

describe('a replica', () => {
  it('shows edits at once, sends them, and hears of those of others', async () => {
    const { room } = await openRoom()
    const [ann, bob] = [connect(room, 'ann'), connect(room, 'bob')]
    const changes: string[][] = []
    bob.on('change', (ids) => changes.push([...ids]))
    expect(ann.transact((tx) => (tx.put(note('a', { x: 1 })), tx.get('a')?.x))).toBe(1)
    expect([ann.get('a'), bob.get('a'), room.get('a')]).toEqual([
      note('a', { x: 1 }),
      note('a', { x: 1 }),
      note('a', { x: 1 }),
    ])
    expect([changes, bob.size, bob.records('shape')]).toEqual([[['a']], 1, []])
  })

  it('takes back what the server refuses, and tells why', async () => {
    const { room } = await openRoom(
      {},
      {
        canWrite: {
          note: () => {
            throw new WsError(403, 'Not yours')
          },
        },
      },
    )
    const ann = connect(room, 'ann')
    const rejected: any[] = []
    const pending: number[] = []
    ann.on('rejected', (one) => rejected.push(one))
    ann.on('pending', (count) => pending.push(count))
    ann.transact((tx) => tx.put(note('a')))
    expect([ann.get('a'), ann.pending]).toEqual([undefined, 0])
    expect(pending).toEqual([1, 0])
    expect(rejected).toEqual([
      { error: { code: 403, message: 'Not yours' }, ops: [['put', note('a')]] },
    ])
  })

  it('takes back what a reader does, and stays', async () => {
    const { room } = await openRoom()
    const ann = new DocumentReplica()
    plug(room, 'ann', ann, 'read')
    const access: string[] = []
    ann.on('access', (now) => access.push(now))
    ann.transact((tx) => tx.put(note('a')))
    expect([ann.access, ann.size, ann.status]).toEqual(['read', 0, 'synced'])
    room.setAccess('ann', 'write')
    ann.transact((tx) => tx.put(note('a')))
    expect([access, room.get('a')]).toEqual([['write'], note('a')])
  })

  it('makes one push of what is edited offline about one record', async () => {
    const { room } = await openRoom()
    const ann = new DocumentReplica({ client: 'ann' })
    ann.transact((tx) => tx.put(note('a', { x: 0 })))
    for (let x = 1; x <= 100; x++) ann.transact((tx) => tx.patch('a', { x }))
    ann.transact((tx) => tx.put(note('b')))
    expect(ann.pending).toBe(2)
    const { sent } = plug(room, 'ann', ann)
    expect(sent.filter(({ type }) => type === 'push').map(({ n }) => n)).toEqual([1, 2])
    expect([room.get('a')?.x, room.clock, ann.pending]).toEqual([100, 2, 0])
  })

  it('goes on after a reload with what it kept', async () => {
    const { room } = await openRoom()
    const first = connect(room, 'ann')
    first.transact((tx) => tx.put(note('a')))
    first.closed()
    room.disconnect('ann')
    first.transact((tx) => tx.patch('a', { x: 1 }))
    const state = JSON.parse(JSON.stringify(first.state()))
    const second = new DocumentReplica({ state })
    expect(second.get('a')).toEqual(note('a', { x: 1 }))
    plug(room, 'ann', second)
    expect(room.get('a')).toEqual(note('a', { x: 1 }))
    expect(second.pending).toBe(0)
  })

  it('with newer code sends what older code wrote, for the server to bring up', async () => {
    const migrations = [{ up: ({ color, ...rest }: any) => ({ ...rest, fill: color }) }]
    const { room } = await openRoom({}, { records: { note: { migrations } } })
    const old = new DocumentReplica({ schema: { note: 1 } })
    old.transact((tx) => tx.put(note('a', { color: 'red' })))
    const current = new DocumentReplica({ schema: { note: 2 }, state: old.state() })
    expect(current.get('a')).toBeUndefined()
    plug(room, 'ann', current)
    expect(current.get('a')).toEqual(note('a', { fill: 'red' }))
  })

  it('begins anew when a step is missing, or a frame makes no sense', async () => {
    const { room } = await openRoom()
    const ann = connect(room, 'ann')
    room.transact((tx) => tx.put(note('a')))
    ann.receive(JSON.stringify({ type: 'patch', clock: 7, ops: [['put', note('ghost')]] }))
    expect([ann.status, ann.get('ghost'), ann.get('a')]).toEqual(['synced', undefined, note('a')])
    ann.receive('{')
    ann.receive(JSON.stringify({ type: 'verdict', n: 99, verdict: 'commit', clock: 2 }))
    expect([ann.status, ann.size]).toEqual(['synced', 1])
  })

  it('sends in chunks what is too large for one frame', async () => {
    const { room } = await openRoom({ maxFrame: 1_000 })
    const ann = connect(room, 'ann', { maxFrame: 1_000 })
    const bob = connect(room, 'bob')
    ann.transact((tx) => tx.put(note('a', { text: '💬'.repeat(2_000) })))
    expect(bob.get('a')?.text).toBe('💬'.repeat(2_000))
  })

  it('rolls back a transaction that throws or returns a promise', () => {
    const ann = new DocumentReplica()
    expect(() =>
      ann.transact((tx) => {
        tx.put(note('a'))
        throw new Error('no')
      }),
    ).toThrow('no')
    expect(() => ann.transact(async (tx) => tx.put(note('a')))).toThrow('synchronous')
    expect([ann.size, ann.pending, ann.canUndo]).toEqual([0, 0, false])
  })

  it('sends edits when the schedule says so', async () => {
    const { room } = await openRoom()
    const due: (() => void)[] = []
    const ann = connect(room, 'ann', { schedule: (send) => due.push(send) })
    for (let x = 0; x < 10; x++) ann.transact((tx) => tx.put(note('a', { x })))
    expect([due.length, room.clock]).toEqual([1, 0])
    due[0]?.()
    expect([room.get('a')?.x, room.clock]).toEqual([9, 1])
  })
})

describe('flush', () => {
  it('waits until edits are acknowledged, or durable', async () => {
    const storage = new HeldStorage()
    const { room } = await openRoom({ storage })
    const ann = new DocumentReplica()
    const done: string[] = []
    ann.transact((tx) => tx.put(note('a')))
    void ann.flush('acknowledged').then(() => done.push('acknowledged'))
    void ann.flush().then(() => done.push('durable'))
    await nextTurn()
    expect(done).toEqual([])
    plug(room, 'ann', ann)
    await nextTurn()
    expect(done).toEqual(['acknowledged'])
    storage.release()
    await nextTurn()
    expect([done, ann.pending]).toEqual([['acknowledged', 'durable'], 0])
    await ann.flush()
  })
})

describe('undo', () => {
  it('takes back as one what was done in one group, one after the other', async () => {
    const { room } = await openRoom()
    const ann = connect(room, 'ann')
    ann.transact((tx) => tx.put(note('a', { x: 0 })))
    const drag = (x: number, group: string) => ann.transact((tx) => tx.patch('a', { x }), { group })
    for (const x of [1, 2, 3]) drag(x, 'drag 1')
    for (const x of [4, 5]) drag(x, 'drag 2')
    ann.undo()
    expect(room.get('a')?.x).toBe(3)
    ann.undo()
    expect(room.get('a')?.x).toBe(0)
    ann.redo()
    expect(room.get('a')?.x).toBe(3)
    // What is done after an undo or a redo is a step of its own.
    drag(9, 'drag 1')
    ann.undo()
    expect(room.get('a')?.x).toBe(3)
  })

  it('takes back what this user did, and nothing that others did since', async () => {
    const { room } = await openRoom()
    const [ann, bob] = [connect(room, 'ann'), connect(room, 'bob')]
    ann.transact((tx) => tx.put(note('a', { x: 0, y: 0, list: ['ann'], text: 'one' })))
    ann.transact((tx) => tx.patch('a', { x: 1, y: 1, list: ['ann', 'more'], text: 'one two' }))
    bob.transact((tx) =>
      tx.patch('a', { y: 2, list: ['ann', 'more', 'bob'], text: 'one two three' }),
    )
    expect(ann.undo()).toBe(true)
    expect(room.get('a')).toEqual(
      note('a', { x: 0, y: 2, list: ['ann', 'bob'], text: 'one three' }),
    )
    expect(ann.redo()).toBe(true)
    expect(room.get('a')).toMatchObject({ x: 1, y: 2 })
    expect([bob.undo(), bob.canUndo, bob.canRedo]).toEqual([true, false, true])
  })

  it('of a deletion puts the record back, of a creation removes it, and redo does it again', async () => {
    const { room } = await openRoom()
    const ann = connect(room, 'ann')
    ann.transact((tx) => tx.put(note('a', { x: 1 })))
    ann.transact((tx) => tx.remove('a'))
    ann.undo()
    expect(room.get('a')).toEqual(note('a', { x: 1 }))
    ann.undo()
    expect([room.get('a'), ann.canUndo, ann.undo()]).toEqual([undefined, false, false])
    ann.redo()
    expect(room.get('a')).toEqual(note('a', { x: 1 }))
    ann.redo()
    expect([room.get('a'), ann.redo()]).toEqual([undefined, false])
  })

  it('leaves a record deleted that others deleted, and a new edit forgets what could be redone', async () => {
    const { room } = await openRoom()
    const [ann, bob] = [connect(room, 'ann'), connect(room, 'bob')]
    ann.transact((tx) => tx.put(note('a', { x: 1 })))
    ann.transact((tx) => tx.patch('a', { x: 2 }))
    bob.transact((tx) => tx.remove('a'))
    ann.undo()
    expect(room.get('a')).toBeUndefined()
    ann.transact((tx) => tx.put(note('b')))
    expect(ann.canRedo).toBe(false)
  })
})

describe('presence', () => {
  it('shows the others, goes when the connection goes, and comes back with it', async () => {
    const { room, timers } = await openRoom()
    const [ann, bob] = [connect(room, 'ann'), new DocumentReplica({ client: 'bob' })]
    const seen: unknown[] = []
    bob.on('presence', (users) => seen.push(users))
    ann.setPresence({ x: 1 })
    bob.setPresence({ x: 2 })
    const { unplug } = plug(room, 'bob', bob)
    timers.advance(50)
    expect(bob.presence).toEqual([{ user: 'ann', state: { x: 1 } }])
    expect(ann.presence).toEqual([{ user: 'bob', state: { x: 2 } }])
    unplug()
    expect([bob.presence, seen.at(-1)]).toEqual([[], []])
    const { sent } = plug(room, 'bob', bob)
    expect(sent.at(-1)).toEqual({ type: 'presence', state: { x: 2 } })
    expect(bob.presence).toEqual([{ user: 'ann', state: { x: 1 } }])
  })
})

it('custom messages and errors are told', async () => {
  const { room } = await openRoom()
  const ann = connect(room, 'ann')
  const told: unknown[] = []
  ann.on('custom', (data) => told.push(data))
  const off = ann.on('error', ({ code }) => told.push(code))
  room.sendTo('ann', [1])
  ann.setPresence({ x: 'x'.repeat(5_000) })
  off()
  ann.setPresence({ x: 'x'.repeat(5_000) })
  expect(told).toEqual([[1], 413])
})

it('a listener that throws is reported, and the others hear all the same', () => {
  const errors: unknown[] = []
  const heard: unknown[] = []
  const ann = new DocumentReplica({ onError: (error) => errors.push(error) })
  const failure = new Error('mine')
  ann.on('change', () => {
    throw failure
  })
  ann.on('change', (ids) => heard.push(...ids))
  ann.transact((tx) => tx.put(note('a')))
  expect([errors, heard]).toEqual([[failure], ['a']])
})

it('a replica that nobody connected sends nothing', () => {
  const socket = new FakeSocket()
  const ann = new DocumentReplica()
  ann.receive('{"type":"pong"}')
  ann.transact((tx) => tx.put(note('a')))
  expect([ann.status, ann.pending, socket.frames]).toEqual(['offline', 1, []])
})
