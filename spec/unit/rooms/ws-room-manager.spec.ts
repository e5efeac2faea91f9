import { beforeEach, describe, expect, it } from '@jest/globals'
import { WsError, WsRoomManager, type WsRoomManagerOptions } from 'enfilade'
import { FakeMember } from '../../support/fake-member.js'

const room = '/chat/general'
const ann = { event: 'said', path: room, data: 'hello' }

let first: FakeMember
let second: FakeMember
let outsider: FakeMember

beforeEach(() => {
  first = new FakeMember('first')
  second = new FakeMember('second')
  outsider = new FakeMember('outsider')
})

function managerWith(options: WsRoomManagerOptions<FakeMember> = {}): WsRoomManager<FakeMember> {
  return new WsRoomManager(options)
}

describe('membership', () => {
  it('takes anything with an id, rooms and send', () => {
    const rooms = new WsRoomManager()
    const sent: unknown[] = []
    const member = {
      id: 'least',
      rooms: new Set<string>(),
      send: (event: string) => sent.push(event),
    }
    expect(rooms.join(member, room)).toBe(true)
    rooms.broadcast(room, 'said', room)
    expect(sent).toEqual(['said'])
  })

  it('is seen from both sides', () => {
    const rooms = managerWith()
    expect(rooms.join(first, room)).toBe(true)
    expect(rooms.join(second, room)).toBe(true)
    expect(rooms.connections(room)).toEqual(new Set([first, second]))
    expect([...first.rooms]).toEqual([room])
    expect(rooms.leave(first, room)).toBe(true)
    expect(rooms.connections(room)).toEqual(new Set([second]))
    expect(first.rooms.size).toBe(0)
  })

  it('begins once: joining again changes nothing', () => {
    const asked: string[] = []
    const rooms = managerWith({ beforeJoin: ({ id }) => void asked.push(id) })
    expect([rooms.join(first, room), rooms.join(first, room)]).toEqual([true, true])
    expect(asked).toEqual(['first'])
    rooms.broadcast(room, 'said', room, 'hello')
    expect(first.pushes).toHaveLength(1)
  })

  it('leaves nothing of an empty room', () => {
    const rooms = managerWith()
    for (const name of ['/a', '/b']) void rooms.join(first, name)
    expect(rooms.size).toBe(2)
    expect(rooms.rooms()).toEqual(['/a', '/b'])
    rooms.leave(first, '/a')
    expect(rooms.rooms()).toEqual(['/b'])
    expect([rooms.size, rooms.has('/a'), rooms.has('/b')]).toEqual([1, false, true])
    rooms.leaveAll(first)
    expect([rooms.size, first.rooms.size]).toEqual([0, 0])
    expect(rooms.connections('/a').size).toBe(0)
  })

  it('begins anew in a room that was empty, also the one that was pushed to last', () => {
    const rooms = managerWith()
    void rooms.join(first, '/a')
    for (const n of [1, 2, 3]) rooms.broadcast('/a', 'said', '/a', n)
    rooms.leave(first, '/a')
    for (const n of [4, 5, 6]) rooms.broadcast('/a', 'said', '/a', n)
    void rooms.join(second, '/a')
    for (const n of [7, 8, 9]) rooms.broadcast('/a', 'said', '/a', n)
    const heard = [first, second].map(({ pushes }) => pushes.map(({ data }) => data))
    expect(heard).toEqual([
      [1, 2, 3],
      [7, 8, 9],
    ])
  })

  it('cannot end where it has not begun', () => {
    const left: string[] = []
    const rooms = managerWith({ afterLeave: ({ id }) => void left.push(id) })
    expect(rooms.leave(first, room)).toBe(false)
    void rooms.join(second, room)
    expect(rooms.leave(first, room)).toBe(false)
    expect(left).toEqual([])
  })

  it('hands out a set of its own', () => {
    const rooms = managerWith()
    void rooms.join(first, room)
    rooms.connections(room).clear()
    expect(rooms.connections(room).size).toBe(1)
  })

  it('does not begin for a member that has closed', () => {
    const rooms = managerWith()
    first.isOpen = false
    expect(rooms.join(first, room)).toBe(false)
    expect(rooms.size).toBe(0)
  })
})

describe('the name of a room', () => {
  it.each([
    ['text that is empty', ''],
    ['no text', 7 as unknown as string],
    ['nothing', undefined as unknown as string],
    ['a reserved name', '$everyone'],
    ['256 bytes', 'x'.repeat(256)],
    ['256 bytes in fewer characters', '💬'.repeat(64)],
  ])('is refused with 400 for %s', (_what, name) => {
    const rooms = managerWith()
    expect(() => rooms.join(first, name)).toThrow(expect.objectContaining({ code: 400 }))
    expect(first.rooms.size).toBe(0)
  })

  it.each([
    ['255 bytes', 'x'.repeat(255)],
    ['255 bytes in fewer characters', `${'💬'.repeat(63)}abc`],
    ['what is no path', 'lobby $1 \n ünï'],
  ])('may be %s', (_what, name) => {
    expect(managerWith().join(first, name)).toBe(true)
  })
})

describe('the limit of rooms', () => {
  it('refuses one room more with 400, and lets in again after a leave', () => {
    const rooms = managerWith({ maxRoomsPerMember: 2 })
    for (const name of ['/a', '/b', '/a']) expect(rooms.join(first, name)).toBe(true)
    expect(() => rooms.join(first, '/c')).toThrow(
      new WsError(400, 'A connection may be in 2 rooms at most'),
    )
    expect(rooms.join(second, '/c')).toBe(true)
    rooms.leave(first, '/a')
    expect(rooms.join(first, '/c')).toBe(true)
  })
})

describe('broadcast', () => {
  it('reaches the members of one room, in the order of the calls', () => {
    const rooms = managerWith()
    void rooms.join(first, room)
    void rooms.join(second, room)
    void rooms.join(outsider, '/chat/other')
    rooms.broadcast(room, 'said', room, 'hello')
    rooms.broadcast(room, 'typed', '/elsewhere', { at: 1 }, { room: 'general' })
    const both = [
      ann,
      { event: 'typed', path: '/elsewhere', data: { at: 1 }, params: { room: 'general' } },
    ]
    expect([first.pushes, second.pushes, outsider.pushes]).toEqual([both, both, []])
  })

  it.each(['a member', 'somebody else'])('leaves out %s who is excluded', (who) => {
    const rooms = managerWith()
    void rooms.join(first, room)
    void rooms.join(second, room)
    const excluded = who === 'a member' ? first : outsider
    rooms.broadcast(room, 'said', room, 'hello', undefined, excluded)
    expect(first.pushes).toEqual(who === 'a member' ? [] : [ann])
    expect(second.pushes).toEqual([ann])
  })

  it('to a room nobody is in does nothing', () => {
    const rooms = managerWith()
    rooms.broadcast('/nowhere', 'said', '/nowhere')
    expect(rooms.size).toBe(0)
  })

  it('is encoded once for a fan-out, with whom to leave out', () => {
    const published: unknown[] = []
    const frames: string[] = []
    const rooms = managerWith({
      codec: {
        decode: (frame) => frame,
        encode: (record) => {
          frames.push(JSON.stringify(record))
          return `frame ${frames.length}`
        },
      },
      fanOut: {
        enter: () => undefined,
        exit: () => undefined,
        publish: ({ name, members }, frame, exclude) =>
          published.push([name, members.size, frame, exclude]),
      },
    })
    void rooms.join(first, room)
    void rooms.join(second, room)
    rooms.broadcast(room, 'said', room, 'hello', undefined, second)
    expect(published).toEqual([[room, 2, 'frame 1', second]])
    expect(frames).toEqual([JSON.stringify(ann)])
  })
})

describe('a fan-out', () => {
  it('hears of each entry and exit, the last one with the room empty', () => {
    const heard: string[] = []
    const rooms = managerWith({
      fanOut: {
        enter: ({ id }, { members }) => heard.push(`enter ${id} ${members.size}`),
        exit: ({ id }, { members }) => heard.push(`exit ${id} ${members.size}`),
        publish: () => undefined,
      },
    })
    for (const member of [first, first, second]) void rooms.join(member, room)
    for (const member of [first, second, second]) rooms.leave(member, room)
    expect(heard).toEqual(['enter first 1', 'enter second 2', 'exit first 1', 'exit second 0'])
  })
})

describe('beforeJoin', () => {
  const refusal = new WsError(403, 'Members only')

  it('refuses at once by throwing', () => {
    const rooms = managerWith({
      beforeJoin: () => {
        throw refusal
      },
    })
    expect(() => rooms.join(first, room)).toThrow(refusal)
    expect([first.rooms.size, rooms.size]).toEqual([0, 0])
  })

  it('refuses later by rejecting, and is asked again by the next join', async () => {
    const answers = [Promise.reject(refusal), Promise.resolve()]
    const rooms = managerWith({ beforeJoin: () => answers.shift() })
    await expect(rooms.join(first, room)).rejects.toBe(refusal)
    expect(first.rooms.size).toBe(0)
    expect(await rooms.join(first, room)).toBe(true)
    expect(rooms.connections(room).has(first)).toBe(true)
  })

  it('is asked before the membership begins', () => {
    const seen: boolean[] = []
    const rooms = managerWith({ beforeJoin: (member) => void seen.push(member.rooms.has(room)) })
    void rooms.join(first, room)
    expect(seen).toEqual([false])
  })
})

describe('afterLeave', () => {
  it('runs once an entry, when the membership is over', () => {
    const heard: string[] = []
    const rooms = managerWith({
      afterLeave: (member, name) =>
        void heard.push(`${member.id} left ${name}${member.rooms.has(name) ? ' too early' : ''}`),
    })
    for (const name of ['/a', '/b']) void rooms.join(first, name)
    rooms.leave(first, '/a')
    rooms.leave(first, '/a')
    rooms.leaveAll(first)
    rooms.leaveAll(first)
    expect(heard).toEqual(['first left /a', 'first left /b'])
    void rooms.join(first, '/a')
    rooms.leave(first, '/a')
    expect(heard).toHaveLength(3)
  })

  it.each([
    ['throws', () => fail()],
    ['rejects', async () => fail()],
  ])('%s: onError hears of it, and the other rooms are left', async (_what, afterLeave) => {
    const errors: string[] = []
    const rooms = managerWith({
      afterLeave,
      onError: (error, { id }, name) => errors.push(`${String(error)} ${id} ${name}`),
    })
    for (const name of ['/a', '/b']) void rooms.join(first, name)
    rooms.leaveAll(first)
    await Promise.resolve()
    expect(errors).toEqual(['Error: lost first /a', 'Error: lost first /b'])
    expect([first.rooms.size, rooms.size]).toEqual([0, 0])
  })

  it('harms nobody when its failure has no listener', async () => {
    const rooms = managerWith({ afterLeave: async () => fail() })
    void rooms.join(first, room)
    expect(rooms.leave(first, room)).toBe(true)
  })
})

function fail(): never {
  throw new Error('lost')
}
