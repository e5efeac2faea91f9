import { beforeEach, describe, expect, it } from '@jest/globals'
import { WsError, WsRoomManager } from 'enfilade'
import { BroadcastExchange } from '../../../lib/rooms/broadcast-exchange.js'
import { defer, type Deferred } from '../../support/deadline.js'
import { FakeMember } from '../../support/fake-member.js'
import { FakeTransport } from '../../support/fake-transport.js'
import { nextTurn } from '../../support/next-turn.js'

const room = '/chat/general'
const channel = `ws:room:${room}`
const down = new Error('the broker is down')

let ann: FakeMember
let bob: FakeMember
let left: string[]

beforeEach(() => {
  ann = new FakeMember('ann')
  bob = new FakeMember('bob')
  left = []
})

const afterLeave = ({ id }: FakeMember, name: string): void => {
  left.push(`${id} ${name}`)
}

describe('while a hook is asked', () => {
  let asked: Deferred<void>[]
  let rooms: WsRoomManager<FakeMember>

  beforeEach(() => {
    asked = []
    rooms = new WsRoomManager({
      maxRoomsPerMember: 2,
      afterLeave,
      beforeJoin: () => {
        const question = defer<void>()
        asked.push(question)
        return question.promise
      },
    })
  })

  it('the member is in no room', async () => {
    const joined = rooms.join(ann, room)
    expect([ann.rooms.size, rooms.size]).toEqual([0, 0])
    asked[0]?.resolve()
    expect(await joined).toBe(true)
    expect([...ann.rooms]).toEqual([room])
  })

  it.each([
    ['a leave', () => rooms.leave(ann, room)],
    ['leaving all rooms', () => rooms.leaveAll(ann)],
    ['the end of the member', () => (ann.isOpen = false)],
  ])('%s cancels the join', async (_what, cancel) => {
    const joined = rooms.join(ann, room)
    cancel()
    asked[0]?.resolve()
    expect(await joined).toBe(false)
    expect([ann.rooms.size, rooms.size, left]).toEqual([0, 0, []])
  })

  it('a leave of another room, or of another member, cancels nothing', async () => {
    const joined = rooms.join(ann, room)
    rooms.leave(ann, '/other')
    rooms.leaveAll(bob)
    asked[0]?.resolve()
    expect(await joined).toBe(true)
  })

  it('a second join waits for the first and asks nobody', async () => {
    const joins = [ann, ann].map(async (member) => rooms.join(member, room))
    expect(asked).toHaveLength(1)
    asked[0]?.resolve()
    expect(await Promise.all(joins)).toEqual([true, true])
  })

  it('a second join is refused with the first', async () => {
    const joins = [1, 2].map(async () => rooms.join(ann, room))
    asked[0]?.reject(new WsError(403, 'No'))
    for (const outcome of await Promise.allSettled(joins)) {
      expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 403 } })
    }
  })

  it('a join after a leave is a new one, whatever becomes of the old', async () => {
    const first = rooms.join(ann, room)
    rooms.leave(ann, room)
    const second = rooms.join(ann, room)
    expect(asked).toHaveLength(2)
    asked[0]?.resolve()
    expect(await first).toBe(false)
    expect(ann.rooms.size).toBe(0)
    asked[1]?.resolve()
    expect(await second).toBe(true)
    expect(left).toEqual([])
  })

  it('rooms on the way count towards the limit, until they are given up', async () => {
    const joins = [rooms.join(ann, '/a'), rooms.join(ann, '/b')]
    expect(() => rooms.join(ann, '/c')).toThrow('A connection may be in 2 rooms at most')
    rooms.leave(ann, '/a')
    const third = rooms.join(ann, '/c')
    for (const question of asked) question.resolve()
    expect(await Promise.all([...joins, third])).toEqual([false, true, true])
    expect([...ann.rooms]).toEqual(['/b', '/c'])
  })
})

describe('a join with work between its halves', () => {
  let work: Deferred<string>
  let asked: number
  let rooms: WsRoomManager<FakeMember>
  const start = (name = room): Promise<string> =>
    Promise.resolve(rooms.joinAfter(ann, name, () => work.promise))

  beforeEach(() => {
    work = defer()
    asked = 0
    const beforeJoin = (): void => {
      asked++
    }
    rooms = new WsRoomManager({ maxRoomsPerMember: 2, beforeJoin, afterLeave })
  })

  it('enters when the work has succeeded, and hands its value on', async () => {
    const done = start()
    expect([asked, ann.rooms.size]).toEqual([1, 0])
    work.resolve('done')
    expect(await done).toBe('done')
    expect([...ann.rooms]).toEqual([room])
  })

  it('is done at once when nothing has to be waited for', () => {
    expect(rooms.joinAfter(ann, room, () => 'done')).toBe('done')
    expect([...ann.rooms]).toEqual([room])
  })

  it('enters nowhere when the work fails, and blocks nothing later', async () => {
    const done = start()
    work.reject(new Error('no'))
    await expect(done).rejects.toThrow('no')
    expect(() => rooms.joinAfter(ann, room, () => JSON.parse('{') as string)).toThrow(SyntaxError)
    expect(ann.rooms.size).toBe(0)
    for (const name of ['/a', '/b']) expect(rooms.join(ann, name)).toBe(true)
  })

  it('enters nowhere when the member left while the work was done', async () => {
    const done = start()
    rooms.leave(ann, room)
    work.resolve('done')
    expect(await done).toBe('done')
    expect(ann.rooms.size).toBe(0)
  })

  it('is cancelled by a leave with all others of the same member and room', async () => {
    const both = [start(), start()]
    rooms.leave(ann, room)
    work.resolve('done')
    await Promise.all(both)
    expect(ann.rooms.size).toBe(0)
  })

  it('enters although another one into the same room failed', async () => {
    const failed = Promise.resolve(
      rooms.joinAfter(ann, room, () => Promise.reject(new Error('no'))),
    )
    const done = start()
    await expect(failed).rejects.toThrow('no')
    work.resolve('done')
    await done
    expect([...ann.rooms]).toEqual([room])
  })

  it('does not bring back a member that was put out meanwhile', async () => {
    void rooms.join(ann, room)
    const done = start()
    rooms.leave(ann, room)
    work.resolve('done')
    await done
    expect([ann.rooms.size, asked, left]).toEqual([0, 1, [`ann ${room}`]])
  })

  it('counts towards the limit meanwhile, each room once', async () => {
    const under = [start('/a'), start('/a'), start('/b'), start('/b')]
    expect(() => rooms.joinAfter(ann, '/c', () => 'never')).toThrow(
      new WsError(400, 'A connection may be in 2 rooms at most'),
    )
    work.resolve('done')
    await Promise.all(under)
    expect([...ann.rooms]).toEqual(['/a', '/b'])
  })
})

describe('while the transport subscribes', () => {
  let transport: FakeTransport
  let rooms: WsRoomManager<FakeMember>

  beforeEach(() => {
    transport = new FakeTransport()
    const exchange = new BroadcastExchange(transport, () => undefined)
    rooms = new WsRoomManager({ exchange, afterLeave })
  })

  it('a member waits, and gets in with the subscription', async () => {
    const joins = [ann, bob].map(async (member) => rooms.join(member, room))
    expect(rooms.size).toBe(0)
    transport.next().resolve()
    expect(await Promise.all(joins)).toEqual([true, true])
    expect(transport.calls).toEqual([`subscribe ${channel}`])
  })

  it.each([
    ['a leave', () => rooms.leave(ann, room)],
    ['the end of the member', () => (ann.isOpen = false)],
  ])('%s cancels the join and gives the subscription back', async (_what, cancel) => {
    const joined = rooms.join(ann, room)
    cancel()
    transport.next().resolve()
    expect(await joined).toBe(false)
    await nextTurn()
    transport.next().resolve()
    await nextTurn()
    expect(transport.calls).toEqual([`subscribe ${channel}`, `unsubscribe ${channel}`])
    expect([rooms.size, rooms.channels, left]).toEqual([0, 0, []])
  })

  it('a leave and another join keep the one subscription', async () => {
    const first = rooms.join(ann, room)
    rooms.leave(ann, room)
    const second = rooms.join(ann, room)
    transport.next().resolve()
    expect(await Promise.all([first, second])).toEqual([false, true])
    rooms.leave(ann, room)
    transport.next().resolve()
    await nextTurn()
    expect([transport.handlers.size, rooms.channels]).toEqual([0, 0])
    expect(left).toEqual([`ann ${room}`])
  })

  it('a failure refuses all who wait with 503, and the next join tries anew', async () => {
    const joins = [ann, bob].map(async (member) => rooms.join(member, room))
    transport.next().reject(down)
    for (const outcome of await Promise.allSettled(joins)) {
      expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 503 } })
    }
    expect([transport.calls.length, rooms.channels, rooms.size]).toEqual([1, 0, 0])
    const again = rooms.join(bob, room)
    transport.next().resolve()
    expect(await again).toBe(true)
  })

  it('a join with work waits for work, then for the subscription', async () => {
    const done = Promise.resolve(rooms.joinAfter(ann, room, () => 'done'))
    const overlapping = rooms.join(ann, room)
    transport.next().resolve()
    expect(await done).toBe('done')
    expect(await overlapping).toBe(true)
    rooms.leave(ann, room)
    transport.next().resolve()
    await nextTurn()
    expect([transport.handlers.size, rooms.channels]).toEqual([0, 0])
  })

  it('a transport that throws at once refuses with 503 at once', () => {
    transport.subscribe = () => {
      throw down
    }
    expect(() => rooms.join(ann, room)).toThrow(expect.objectContaining({ code: 503 }))
    expect([rooms.channels, rooms.size]).toEqual([0, 0])
  })

  it('a transport that answers at once makes nobody wait', () => {
    transport.isSync = true
    expect(rooms.join(ann, room)).toBe(true)
    expect(rooms.leave(ann, room)).toBe(true)
    expect([transport.handlers.size, rooms.channels]).toEqual([0, 0])
  })
})
