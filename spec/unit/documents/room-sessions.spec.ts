import { describe, expect, it } from '@jest/globals'
import { WsError } from 'enfilade'
import { FakeSocket } from '../../support/documents/fake-socket.js'
import { join, Member, note, openRoom } from '../../support/documents/open-room.js'

describe('a session', () => {
  it('is a socket and its generation: a late close of the old one leaves the newer alone', async () => {
    const { room } = await openRoom()
    const old = join(room, 'ann')
    const newer = join(room, 'ann')
    expect(old.closed).toBe(4409)
    room.disconnect('ann', old.socket)
    old.send({ type: 'push', n: 1, ops: [['put', note('a')]] })
    expect(room.sessions()).toHaveLength(1)
    expect(room.get('a')).toBeUndefined()
    expect(newer.push(['put', note('a')]).verdict).toBe('commit')
    room.disconnect('ann', newer.socket)
    expect(room.sessions()).toEqual([])
  })

  it('ends once: a close after closeSession calls no hook again', async () => {
    const removed: string[] = []
    const { room } = await openRoom({
      onSessionRemoved: ({ id }, remaining) => removed.push(`${id} ${remaining}`),
    })
    const ann = join(room, 'ann')
    join(room, 'bob')
    room.closeSession('ann', 'go away')
    room.disconnect('ann', ann.socket)
    room.disconnect('ann')
    expect(ann.socket.closed).toEqual({ code: 4403, reason: 'go away' })
    expect(removed).toEqual(['ann 1'])
  })

  it('is closed for a new try without a reason, and cut to what a close frame holds with a long one', async () => {
    const { room } = await openRoom()
    const [ann, bob] = [join(room, 'ann'), join(room, 'bob')]
    room.closeSession('ann')
    room.closeSession('bob', 'ü'.repeat(100))
    expect(ann.closed).toBe(1012)
    expect(Buffer.byteLength(bob.socket.closed!.reason)).toBeLessThanOrEqual(123)
  })

  it('whose replica connects from another session gives way', async () => {
    const { room } = await openRoom()
    const first = join(room, 'tab 1', {}, { client: 'same' })
    join(room, 'tab 2', {}, { client: 'same' })
    expect(first.closed).toBe(4409)
    expect(room.sessions().map(({ id }) => id)).toEqual(['tab 2'])
  })

  it('whose socket throws on send is gone, and the others are served', async () => {
    const { room, errors } = await openRoom()
    const [ann, bob, cid] = ['ann', 'bob', 'cid'].map((id) => join(room, id)) as [
      Member,
      Member,
      Member,
    ]
    bob.socket.failure = new Error('gone')
    ann.push(['put', note('a')])
    expect(cid.socket.of('patch')).toHaveLength(1)
    expect(room.sessions().map(({ id }) => id)).toEqual(['ann', 'cid'])
    expect(errors).toEqual([bob.socket.failure])
  })

  it('with no access is refused with 4403', async () => {
    const { room } = await openRoom()
    const socket = new FakeSocket()
    expect(room.connect({ socket, sessionId: 'ann', access: 'none' })).toBeUndefined()
    expect([socket.closed?.code, room.sessions()]).toEqual([4403, []])
  })

  it('gets what sendTo sends, and nobody else does', async () => {
    const { room } = await openRoom()
    const [ann, bob] = [join(room, 'ann'), join(room, 'bob')]
    expect([room.sendTo('ann', { hello: 1 }), room.sendTo('nobody', 1)]).toEqual([true, false])
    expect(ann.socket.last()).toEqual({ type: 'custom', data: { hello: 1 } })
    expect(bob.socket.of('custom')).toEqual([])
  })
})

describe('access', () => {
  it('that is read discards pushes, and the session stays', async () => {
    const { room } = await openRoom()
    const ann = join(room, 'ann', { access: 'read' })
    expect(ann.push(['put', note('a')])).toMatchObject({ verdict: 'discard', error: { code: 403 } })
    expect([room.clock, ann.closed]).toEqual([0, undefined])
  })

  it('can change while connected, to nothing too', async () => {
    const { room } = await openRoom()
    const ann = join(room, 'ann', { access: 'read' })
    room.setAccess('ann', 'write')
    expect(ann.socket.last()).toEqual({ type: 'access', access: 'write' })
    expect(ann.push(['put', note('a')]).verdict).toBe('commit')
    room.setAccess('ann', 'read')
    expect(ann.push(['remove', 'a']).verdict).toBe('discard')
    expect(room.setAccess('ann', 'none')).toBe(true)
    expect([ann.closed, room.setAccess('ann', 'read')]).toEqual([4403, false])
  })
})

describe('frames', () => {
  const hostile: [string, unknown, number][] = [
    ['no JSON', '{', 400],
    ['a number', '1', 400],
    ['null', 'null', 400],
    ['a list', '[]', 400],
    ['no type', '{}', 400],
    ['an unknown type', '{"type":"toString"}', 400],
    ['a prototype as key', '{"type":"push","n":1,"ops":[],"__proto__":{"a":1}}', 400],
    [
      'a prototype as field',
      '{"type":"push","n":1,"ops":[["put",{"id":"a","type":"note","__proto__":{}}]]}',
      400,
    ],
    [
      'a constructor as field',
      { type: 'push', n: 1, ops: [['patch', 'a', { constructor: ['put', 1] }]] },
      400,
    ],
    ['ops that are none', { type: 'push', n: 1, ops: [['put']] }, 400],
    ['a patch of the id', { type: 'push', n: 1, ops: [['patch', 'a', { id: ['put', 'b'] }]] }, 400],
    [
      'a field op that is none',
      { type: 'push', n: 1, ops: [['patch', 'a', { x: ['add', 1] }]] },
      400,
    ],
    [
      'an append of a number',
      { type: 'push', n: 1, ops: [['patch', 'a', { x: ['append', 1] }]] },
      400,
    ],
    ['an id that is too long', { type: 'push', n: 1, ops: [['remove', 'x'.repeat(256)]] }, 400],
    ['n that is none', { type: 'push', n: 0.5, ops: [] }, 400],
    [
      'a cursor that is none',
      { type: 'connect', wire: 1, client: 'a', schema: {}, cursor: 1 },
      400,
    ],
    ['a chunk out of turn', { type: 'chunk', left: 0, text: '' }, 400],
    ['deep nesting', `{"type":"push","n":1,"ops":${'['.repeat(50)}${']'.repeat(50)}}`, 400],
    ['too much', 'x'.repeat(70_000), 413],
  ]

  it.each(hostile)('with %s are an error to this session alone', async (_what, frame, code) => {
    const { room, errors } = await openRoom()
    const [ann, bob] = [join(room, 'ann'), join(room, 'bob')]
    const before = bob.socket.frames.length
    ann.send(frame)
    // Who waits for a verdict gets one, or would send the push again for ever.
    const isPush = (typeof frame === 'string' ? frame : JSON.stringify(frame)).includes('"n":1,')
    const answer = isPush ? { type: 'verdict', n: 1, verdict: 'discard' } : { type: 'error' }
    expect(ann.socket.last()).toMatchObject({ ...answer, error: { code } })
    expect([bob.socket.frames.length, errors, room.clock]).toEqual([before, [], 0])
    expect(ann.push(['put', note('a')]).verdict).toBe('commit')
  })

  it('may have been parsed already, and are checked all the same', async () => {
    const { room } = await openRoom()
    const ann = join(room, 'ann')
    room.receive('ann', { type: 'push', n: 1, ops: [['put', note('a')]] })
    expect(ann.socket.last()).toMatchObject({ type: 'verdict', verdict: 'commit' })
    room.receive('ann', [])
    expect(ann.socket.last()).toMatchObject({ type: 'error', error: { code: 400 } })
    room.receive('ann', JSON.parse('{"type":"ping","__proto__":{}}') as object)
    expect(ann.socket.last()).toMatchObject({ type: 'error', error: { code: 400 } })
  })

  it.each([
    ['a bigint', 1n],
    ['bytes', new Uint8Array(2)],
    ['a date', new Date(0)],
    ['no number', NaN],
    ['infinity', Infinity],
    ['nothing', undefined],
  ])(
    'of another encoding that hold %s are refused: it would be kept as something else',
    async (...[, value]) => {
      const { room, errors } = await openRoom()
      const ann = join(room, 'ann')
      room.receive('ann', { type: 'push', n: 1, ops: [['put', note('a', { deep: [{ value }] })]] })
      const error = { code: 400, message: 'A frame is JSON' }
      expect(ann.socket.last()).toMatchObject({ type: 'verdict', verdict: 'discard', error })
      expect([room.clock, errors]).toEqual([0, []])
    },
  )

  it('that are bytes, and pushes before connect, are refused', async () => {
    const { room } = await openRoom()
    const ann = new Member(room, 'ann')
    room.connect({ socket: ann.socket, sessionId: 'ann', access: 'write' })
    room.receive('ann', new Uint8Array(3))
    expect(ann.socket.last().error.code).toBe(400)
    ann.push(['put', note('a')])
    expect(ann.socket.last().error.code).toBe(409)
  })

  it('that are none close the session with 4400 in the end', async () => {
    const { room } = await openRoom()
    const ann = join(room, 'ann')
    for (let left = 16; left > 0; left--) ann.send('{')
    expect(ann.closed).toBeUndefined()
    ann.send('{')
    expect([ann.closed, room.sessions()]).toEqual([4400, []])
  })

  it('come in chunks, up to a limit', async () => {
    const { room } = await openRoom({ maxFrame: 300, maxMessage: 2000 })
    const ann = join(room, 'ann')
    const whole = JSON.stringify({
      type: 'push',
      n: 1,
      ops: [['put', note('a', { text: '💬"'.repeat(200) })]],
    })
    const parts = whole.match(/[^]{1,80}/g) ?? []
    parts.forEach((text, index) =>
      ann.send({ type: 'chunk', left: parts.length - 1 - index, text }),
    )
    expect(ann.socket.last()).toMatchObject({ type: 'verdict', verdict: 'commit' })
    expect(room.get('a')?.text).toBe('💬"'.repeat(200))
    for (let left = 100; left > 70; left--) ann.send({ type: 'chunk', left, text: 'x'.repeat(80) })
    expect(ann.socket.of('error').some(({ error }) => error.code === 413)).toBe(true)
  })

  it('that interrupt chunks are refused, with what was gathered', async () => {
    const { room } = await openRoom()
    const ann = join(room, 'ann')
    ann.send({ type: 'chunk', left: 1, text: '{' })
    ann.send({ type: 'ping' })
    expect(ann.socket.last()).toMatchObject({ type: 'error' })
    ann.send({ type: 'ping' })
    expect(ann.socket.last()).toEqual({ type: 'pong' })
  })

  it('go out in chunks that hold together', async () => {
    const { room } = await openRoom({ maxFrame: 300 })
    room.transact((tx) => tx.put(note('a', { text: '💬"\\'.repeat(500) })))
    const ann = join(room, 'ann')
    expect(ann.socket.texts.every((text) => Buffer.byteLength(text) <= 300)).toBe(true)
    const chunks = ann.socket.of('chunk')
    const whole = JSON.parse(chunks.map(({ text }) => text).join(''))
    expect(whole.put[0].text).toBe('💬"\\'.repeat(500))
    expect(ann.socket.last().type).toBe('presence')
  })
})

describe('hooks', () => {
  it('see frames before they go out and after they came in', async () => {
    const out: string[] = []
    const into: unknown[] = []
    const { room } = await openRoom({
      onBeforeSend: ({ id }, text) =>
        out.push(`${id} ${(JSON.parse(String(text)) as { type: string }).type}`),
      onAfterReceive: ({ id }, frame) => into.push([id, frame]),
    })
    join(room, 'ann').send({ type: 'ping' })
    expect(out).toEqual(['ann hello', 'ann synced', 'ann presence', 'ann pong'])
    expect(into.at(-1)).toEqual(['ann', '{"type":"ping"}'])
  })

  it('that throw or reject are reported, and change nothing', async () => {
    const { room, errors } = await openRoom({
      onCommit: () => {
        throw new Error('commit')
      },
      onSessionRemoved: () => Promise.reject(new Error('removed')),
      onBeforeSend: () => {
        throw new WsError(400, 'send')
      },
    })
    const ann = join(room, 'ann')
    expect(ann.push(['put', note('a')]).verdict).toBe('commit')
    room.disconnect('ann')
    await Promise.resolve()
    const messages = new Set(errors.map((error) => (error as Error).message))
    expect(messages).toEqual(new Set(['send', 'commit', 'removed']))
  })
})

describe('close', () => {
  it('closes the sockets first, refuses who comes later, and is done once', async () => {
    const { room } = await openRoom()
    const ann = join(room, 'ann')
    const closing = room.close()
    expect([room.isClosed, ann.closed, room.sessions()]).toEqual([true, 1012, []])
    const late = new FakeSocket()
    expect(room.connect({ socket: late, sessionId: 'bob', access: 'write' })).toBeUndefined()
    expect(late.closed?.code).toBe(1013)
    expect(room.close()).toBe(closing)
    await closing
    expect(() => room.transact(() => undefined)).toThrow('closed')
    ann.send({ type: 'ping' })
    expect(ann.socket.of('pong')).toEqual([])
  })

  it('leaves no timer behind', async () => {
    const { room, timers } = await openRoom()
    join(room, 'ann').send({ type: 'presence', state: { x: 1 } })
    room.disconnect('ann')
    expect(timers.size).toBe(2)
    await room.close()
    expect(timers.size).toBe(0)
  })
})

describe('a session that goes on in another room', () => {
  it('is sent nothing when it missed nothing, and its pushes count on', async () => {
    const { room } = await openRoom({}, { newId: () => 'one' })
    const ann = join(room, 'ann', { meta: { name: 'Ann' } })
    ann.push(['put', note('a')])
    const snapshot = JSON.parse(JSON.stringify(room.sessionSnapshot('ann')))
    const before = ann.socket.frames.length
    room.resume({ socket: ann.socket, snapshot })
    expect(room.sessions()).toMatchObject([{ id: 'ann', meta: { name: 'Ann' } }])
    expect(ann.socket.closed?.code).toBe(4409)
    expect(ann.socket.frames).toHaveLength(before)
  })

  it('is sent what it missed', async () => {
    const { room } = await openRoom()
    const ann = join(room, 'ann')
    ann.push(['put', note('a')])
    const snapshot = room.sessionSnapshot('ann')!
    room.disconnect('ann')
    room.transact((tx) => tx.put(note('b')))
    const socket = new FakeSocket()
    room.resume({ socket, snapshot })
    expect(socket.of('hello')).toMatchObject([{ mode: 'diff', pushed: 1 }])
    expect(socket.of('records')).toMatchObject([{ put: [{ id: 'b' }] }])
  })
})

describe('a slow socket', () => {
  it('gets a large document as it takes it, and live changes after that', async () => {
    const { room, timers } = await openRoom()
    room.transact((tx) => {
      for (let i = 0; i < 100; i++) tx.put(note(`n${i}`, { text: 'x'.repeat(10_000) }))
    })
    const ann = new Member(room, 'ann')
    ann.socket.bufferedAmount = 600_000
    room.connect({ socket: ann.socket, sessionId: 'ann', access: 'write' })
    ann.connect()
    room.transact((tx) => tx.put(note('late')))
    expect(ann.socket.frames).toEqual([])
    ann.socket.bufferedAmount = 0
    timers.advance(10)
    const types = ann.socket.frames.map(({ type }) => type as string)
    expect(types.lastIndexOf('records')).toBeLessThan(types.indexOf('synced'))
    expect(types.indexOf('synced')).toBeLessThan(types.indexOf('patch'))
    expect(ann.socket.of('records').flatMap(({ put }) => put)).toHaveLength(100)
  })

  it('is closed with 1013 when too much waits', async () => {
    const { room } = await openRoom()
    const ann = join(room, 'ann')
    ann.socket.bufferedAmount = 600_000
    for (let i = 0; i < 10; i++) room.sendTo('ann', 'x'.repeat(1_000_000))
    expect([ann.closed, room.sessions()]).toEqual([1013, []])
  })
})
