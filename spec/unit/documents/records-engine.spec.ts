import { describe, expect, it } from '@jest/globals'
import { IsInt, IsOptional, IsString, Length, registerDecorator } from 'class-validator'
import { WsError } from 'enfilade'
import { defineRecords, definePresence } from 'enfilade/documents'
import { HeldStorage } from '../../support/documents/held-storage.js'
import { join, note, openRoom } from '../../support/documents/open-room.js'

class Note {
  @IsString() @Length(0, 10) text!: string
  @IsOptional() @IsInt() at?: number
}

describe('a verdict', () => {
  it('is commit when the push was done as it stands, and a patch for the others', async () => {
    const { room } = await openRoom()
    const [ann, bob] = [join(room, 'ann'), join(room, 'bob')]
    const ops = [['put', note('a', { list: [1], text: 'x' })]]
    expect(ann.push(...ops)).toMatchObject({ n: 1, verdict: 'commit', clock: 1 })
    expect(bob.socket.of('patch')).toMatchObject([{ clock: 1, ops }])
    const more = ['patch', 'a', { list: ['append', [2]], text: ['append', 'y'] }]
    ann.push(more)
    expect(bob.socket.of('patch').at(-1)).toEqual({ type: 'patch', clock: 2, ops: [more] })
    expect(room.get('a')).toEqual(note('a', { list: [1, 2], text: 'xy' }))
  })

  it('is discard when nothing changed: the clock stands still', async () => {
    const { room } = await openRoom()
    const [ann, bob] = [join(room, 'ann'), join(room, 'bob')]
    expect(ann.push(['patch', 'gone', { text: ['put', 'x'] }], ['remove', 'gone'])).toEqual({
      type: 'verdict',
      n: 1,
      verdict: 'discard',
      clock: 0,
    })
    expect(bob.socket.of('patch')).toEqual([])
  })

  it('merges fields by arrival, and keeps both of two appends', async () => {
    const { room } = await openRoom()
    const [ann, bob] = [join(room, 'ann'), join(room, 'bob')]
    ann.push(['put', note('a', { x: 0, y: 0, list: [] })])
    ann.push(['patch', 'a', { x: ['put', 1], list: ['append', ['ann']] }])
    bob.push(['patch', 'a', { y: ['put', 2], list: ['append', ['bob']] }])
    expect(room.get('a')).toEqual(note('a', { x: 1, y: 2, list: ['ann', 'bob'] }))
  })

  it('is given once for a push that comes twice', async () => {
    const { room } = await openRoom()
    const ann = join(room, 'ann')
    ann.push(['put', note('a', { list: [] })])
    const twice = { type: 'push', n: 2, ops: [['patch', 'a', { list: ['append', [1]] }]] }
    ann.send(twice)
    ann.send(twice)
    expect(ann.socket.of('verdict')).toHaveLength(2)
    expect(room.get('a')?.list).toEqual([1])
    const again = join(room, 'ann again', {}, { client: 'client of ann' })
    expect(again.socket.of('hello')).toMatchObject([{ pushed: 2 }])
  })

  it('is discard, for the whole push, when a record is not valid', async () => {
    const { room, errors } = await openRoom({}, { records: defineRecords({ note: Note }) })
    const ann = join(room, 'ann')
    expect(
      ann.push(['put', note('a', { text: 'ok' })], ['put', note('b', { text: 1 })]),
    ).toMatchObject({
      verdict: 'discard',
      error: {
        code: 400,
        details: expect.arrayContaining([expect.objectContaining({ field: 'text' })]),
      },
    })
    expect(ann.push(['put', { id: 'c', type: 'toString' }]).error.code).toBe(400)
    expect(ann.push(['put', note('d', { text: 'ok' })]).verdict).toBe('commit')
    expect(ann.push(['patch', 'd', { text: ['append', ' much too long'] }]).verdict).toBe('discard')
    expect(ann.push(['put', { id: 'd', type: 'shape' }]).verdict).toBe('discard')
    expect([room.engine.size, errors]).toEqual([1, []])
  })

  it('is an Internal Error when a check fails for reasons of its own', async () => {
    const failure = new TypeError('secret')
    const check = () => {
      throw failure
    }
    const { room, errors } = await openRoom({}, { records: { note: { check } } })
    const verdict = join(room, 'ann').push(['put', note('a')])
    expect(verdict.error).toEqual({ code: 500, message: 'Internal Error' })
    expect(errors).toEqual([failure])
  })
})

describe('canWrite', () => {
  it('vetoes a record, and lets the rest of the push be', async () => {
    const { room } = await openRoom(
      {},
      {
        canWrite: {
          note: (_next, before) => {
            if (before?.isLocked) throw new WsError(403, 'It is locked')
          },
        },
      },
    )
    const [ann, bob] = [join(room, 'ann'), join(room, 'bob')]
    ann.push(['put', note('a', { isLocked: true })], ['put', note('b')])
    const verdict = bob.push(['remove', 'a'], ['patch', 'b', { x: ['put', 1] }])
    expect(verdict).toMatchObject({
      verdict: 'rebase',
      ops: [['patch', 'b', { x: ['put', 1] }]],
      error: { code: 403, message: 'It is locked' },
    })
    expect(bob.push(['remove', 'a'])).toMatchObject({ verdict: 'discard', error: { code: 403 } })
    expect(room.get('a')).toBeDefined()
  })

  it('stamps what is created: by what it returns, or on the copy it is given', async () => {
    const { room } = await openRoom(
      {},
      {
        canWrite: {
          note: (next, before, { id }) => (before ? id === before.owner : { ...next, owner: id }),
          shape: (next: any) => {
            next.seen = true
          },
        },
      },
    )
    const [ann, bob] = [join(room, 'ann'), join(room, 'bob')]
    expect(ann.push(['put', note('a', { owner: 'bob' })])).toMatchObject({
      verdict: 'rebase',
      ops: [['put', note('a', { owner: 'ann' })]],
    })
    expect(bob.push(['patch', 'a', { owner: ['put', 'bob'] }]).verdict).toBe('discard')
    expect(bob.push(['put', { id: 's', type: 'shape' }]).verdict).toBe('rebase')
    expect(room.get('s')?.seen).toBe(true)
  })
})

describe('transact', () => {
  it('changes all or nothing, and tells everybody', async () => {
    const { room } = await openRoom({}, { records: defineRecords({ note: Note }) })
    const ann = join(room, 'ann')
    const size = room.transact((tx) => {
      tx.put(note('a', { text: 'a' }))
      tx.put(note('b', { text: 'b' }))
      tx.remove('b')
      tx.patch('a', { at: 1, text: 'c' })
      expect([tx.get('a')?.text, tx.get('b')]).toEqual(['c', undefined])
      return tx.records('note').length
    })
    expect([size, room.clock]).toEqual([1, 1])
    expect(ann.socket.of('patch')).toMatchObject([
      { ops: [['put', note('a', { text: 'c', at: 1 })]] },
    ])
  })

  const failing: [string, (tx: any) => unknown][] = [
    [
      'throws',
      () => {
        throw new Error('no')
      },
    ],
    ['returns a promise', () => Promise.resolve()],
    ['leaves a record that is not valid', (tx) => tx.put(note('z', { text: 1 }))],
    ['puts what is no record', (tx) => tx.put({ id: 'z' })],
    ['puts what JSON cannot hold', (tx) => tx.put(note('z', { text: 1n }))],
    ['changes a type', (tx) => tx.patch('a', { type: 'shape' })],
    [
      'puts a prototype',
      (tx) => tx.put(JSON.parse('{"id":"z","type":"note","text":"","__proto__":1}')),
    ],
  ]

  it.each(failing)('rolls back work that %s', async (_what, work) => {
    const { room } = await openRoom({}, { records: defineRecords({ note: Note }) })
    room.transact((tx) => tx.put(note('a', { text: 'a' })))
    const before = room.snapshot()
    expect(() =>
      room.transact((tx) => {
        tx.patch('a', { text: 'b' })
        return work(tx)
      }),
    ).toThrow()
    expect(room.snapshot()).toEqual(before)
    room.transact((tx) => tx.patch('a', { text: 'c' }))
    expect(room.clock).toBe(2)
  })

  it('is not nested, and is over when it is over', async () => {
    const { room } = await openRoom()
    let kept: any
    room.transact((tx) => {
      kept = tx
      expect(() => room.transact(() => undefined)).toThrow('inside another')
    })
    expect(() => kept.get('a')).toThrow('over')
  })

  it('hands out copies', async () => {
    const { room } = await openRoom()
    const record = note('a', { list: [1] })
    room.transact((tx) => tx.put(record))
    record.list.push(2)
    ;(room.get('a') as any).list.push(3)
    ;(room.snapshot() as any).records[0][1].list.push(4)
    expect(room.get('a')?.list).toEqual([1])
  })

  it('of a hook comes after the change it is about', async () => {
    const { room } = await openRoom({
      onCommit: ({ clock }) => {
        if (clock === 1) room.transact((tx) => tx.put(note('b')))
      },
    })
    const [ann, bob] = [join(room, 'ann'), join(room, 'bob')]
    ann.push(['put', note('a')])
    expect(ann.socket.frames.slice(-2).map(({ type, clock }) => [type, clock])).toEqual([
      ['verdict', 1],
      ['patch', 2],
    ])
    expect(bob.socket.of('patch').map(({ clock }) => clock)).toEqual([1, 2])
  })
})

describe('hydration', () => {
  it('is what changed since the cursor, deletions too, and ends with synced', async () => {
    const { room } = await openRoom()
    const ann = join(room, 'ann')
    ann.push(['put', note('a')], ['put', note('b')], ['put', note('c')])
    const { epoch } = join(room, 'x').socket.of('hello')[0].cursor
    ann.push(['remove', 'a'], ['patch', 'b', { x: ['put', 1] }])
    const bob = join(room, 'bob', {}, { cursor: { epoch, clock: 1 } })
    expect(bob.socket.frames).toMatchObject([
      { type: 'hello', mode: 'diff', cursor: { epoch, clock: 2 } },
      { type: 'records', put: [note('b', { x: 1 })] },
      { type: 'records', put: [], remove: ['a'] },
      { type: 'synced' },
      { type: 'presence' },
    ])
  })

  it.each([
    ['another epoch', { epoch: 'other', clock: 1 }],
    ['the future', { epoch: undefined, clock: 99 }],
  ])('is everything for a cursor of %s', async (_what, cursor) => {
    const { room } = await openRoom()
    join(room, 'ann').push(['put', note('a')])
    const epoch = cursor.epoch ?? join(room, 'x').socket.of('hello')[0].cursor.epoch
    const bob = join(room, 'bob', {}, { cursor: { epoch, clock: cursor.clock } })
    expect(bob.socket.of('hello')).toMatchObject([{ mode: 'full' }])
    expect(bob.socket.of('records')).toMatchObject([{ put: [note('a')] }])
  })

  it('remembers 5,000 deletions; who was away for more gets everything', async () => {
    const { room } = await openRoom()
    const ids = Array.from({ length: 5001 }, (_, index) => `n${index}`)
    room.transact((tx) => ids.forEach((id) => tx.put(note(id))))
    const { epoch } = join(room, 'x').socket.of('hello')[0].cursor
    room.transact((tx) => tx.remove('n0'))
    room.transact((tx) => ids.slice(1).forEach((id) => tx.remove(id)))
    const modeAt = (clock: number) =>
      join(room, `at ${clock}`, {}, { cursor: { epoch, clock } }).socket.of('hello')[0].mode
    expect([modeAt(1), modeAt(2)]).toEqual(['full', 'diff'])
    expect(room.snapshot().tombstones).toHaveLength(5000)
  })

  it('a 32-byte edit of a record of 1 MB costs each peer less than 1 KB', async () => {
    const { room } = await openRoom()
    room.transact((tx) => tx.put(note('big', { text: 'x'.repeat(1_000_000), list: [] })))
    const [ann, bob] = [join(room, 'ann'), join(room, 'bob')]
    const before = bob.socket.texts.length
    ann.push(['patch', 'big', { text: ['append', 'y'.repeat(32)] }])
    expect(bob.socket.texts.slice(before).join('').length).toBeLessThan(1000)
  })
})

describe('versions', () => {
  const up = ({ color, ...fields }: any) => ({ ...fields, fill: { color } })
  const down = ({ fill, ...fields }: any) => ({ ...fields, color: fill.color })

  async function stored() {
    const storage = new HeldStorage()
    const { room } = await openRoom({ storage })
    room.transact((tx) => tx.put(note('a', { color: 'red' })))
    const flushed = room.flush()
    storage.release()
    await flushed
    return storage.crash()
  }

  it('go up when a document is loaded', async () => {
    const { room } = await openRoom(
      { storage: await stored() },
      { records: { note: { migrations: [{ up }] }, shape: {} } },
    )
    expect(room.get('a')).toEqual(note('a', { fill: { color: 'red' } }))
    expect(room.snapshot().schema).toEqual({ note: 2, shape: 1 })
  })

  it('that the code does not know keep a document from being loaded', async () => {
    const storage = await stored()
    await expect(openRoom({ storage }, { records: {} })).rejects.toMatchObject({
      name: 'DocumentStorageError',
    })
    expect(storage.changes).toHaveLength(1)
  })

  it('let an older client work with the records it knows, when there is a way down', async () => {
    const { room } = await openRoom({}, { records: { note: { migrations: [{ up, down }] } } })
    room.transact((tx) => tx.put(note('a', { fill: { color: 'red' } })))
    const [old, current] = [join(room, 'old', {}, { schema: { note: 1 } }), join(room, 'current')]
    expect(old.socket.of('records')).toMatchObject([{ put: [note('a', { color: 'red' })] }])
    expect(old.push(['patch', 'a', { color: ['put', 'blue'] }])).toMatchObject({
      verdict: 'rebase',
      ops: [['put', note('a', { color: 'blue' })]],
    })
    expect(current.socket.of('patch').at(-1)?.ops).toEqual([
      ['patch', 'a', { fill: ['patch', { color: ['put', 'blue'] }] }],
    ])
    current.push(['patch', 'a', { fill: ['patch', { color: ['put', 'green'] }] }])
    expect(old.socket.of('patch').at(-1)?.ops).toEqual([['put', note('a', { color: 'green' })]])
  })

  it('of a push that was written by older code go up with it', async () => {
    const { room } = await openRoom({}, { records: { note: { migrations: [{ up, down }] } } })
    const ann = join(room, 'ann', {}, { schema: { note: 2 } })
    ann.send({
      type: 'push',
      n: 1,
      schema: { note: 1 },
      ops: [['put', note('a', { color: 'red' })]],
    })
    expect(room.get('a')).toEqual(note('a', { fill: { color: 'red' } }))
  })

  it('close a client that is too old with 4426, and one that is too new with 1013', async () => {
    const { room } = await openRoom({}, { records: { note: { migrations: [{ up }] } } })
    const closedWith = (frame: object) => join(room, 'ann', {}, frame).closed
    expect(closedWith({ schema: { note: 1 } })).toBe(4426)
    expect(closedWith({ schema: { note: 3 } })).toBe(1013)
    expect(closedWith({ schema: { note: 2, other: 1 } })).toBe(1013)
    expect(closedWith({ wire: 0 })).toBe(4426)
    expect(closedWith({ wire: 2 })).toBe(1013)
    expect(closedWith({ schema: { note: 2 } })).toBeUndefined()
    expect(closedWith({ schema: {} })).toBeUndefined()
  })
})

it('loadSnapshot makes the document what it was, for everybody', async () => {
  const { room } = await openRoom()
  const ann = join(room, 'ann')
  ann.push(['put', note('a', { x: 1 })])
  const earlier = JSON.parse(JSON.stringify(room.snapshot()))
  ann.push(['put', note('b')], ['patch', 'a', { x: ['put', 2] }])
  room.loadSnapshot(earlier)
  expect(room.clock).toBe(3)
  expect(ann.socket.of('patch').at(-1)).toMatchObject({
    clock: 3,
    ops: [
      ['patch', 'a', { x: ['put', 1] }],
      ['remove', 'b'],
    ],
  })
  expect(() => room.loadSnapshot({} as never)).toThrow('format')
})

it('types are refused that have no rules, or rules that need a promise', () => {
  class Bare {}
  class Late {
    @IsString() text!: string
  }
  registerDecorator({
    name: 'late',
    async: true,
    target: Late,
    propertyName: 'text',
    validator: { validate: () => Promise.resolve(true) },
  })
  expect(() => defineRecords({ note: Bare })).toThrow('records.note')
  expect(() => defineRecords({ note: Late })).toThrow('asynchronous')
  expect(() => definePresence(Bare)).toThrow('presence')
})
