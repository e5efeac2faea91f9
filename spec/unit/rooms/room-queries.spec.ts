import { describe, expect, it } from '@jest/globals'
import { WsRoomManager, type RoomMember, type RoomsElsewhere } from 'enfilade'

const room = '/lobby'

class Member implements RoomMember {
  readonly rooms = new Set<string>()

  constructor(
    readonly id: string,
    readonly userId?: string,
  ) {}

  send(): void {}
}

/** Other processes that answer as the spec says. */
class Others implements RoomsElsewhere {
  readonly asked: unknown[][] = []
  isWhole = true

  count(...asked: [string, number]): Promise<{ count: number; partial: boolean }> {
    this.asked.push(['count', ...asked])
    return Promise.resolve({ count: 5, partial: !this.isWhole })
  }

  sync(deadline: number): Promise<boolean> {
    this.asked.push(['sync', deadline])
    return Promise.resolve(this.isWhole)
  }

  kick(...asked: [string, string, number]): Promise<number> {
    this.asked.push(['kick', ...asked])
    return Promise.resolve(2)
  }
}

function fill(rooms: WsRoomManager<Member>): Member[] {
  const members = [new Member('c1', 'ann'), new Member('c2', 'ann'), new Member('c3')]
  for (const member of members) void rooms.join(member, room)
  return members
}

describe('a room manager on its own', () => {
  it('counts and kicks its own members, by user or by connection', async () => {
    const rooms = new WsRoomManager<Member>()
    const [first, , third] = fill(rooms)
    expect(await rooms.count(room)).toEqual({ count: 3, partial: false })
    expect(await rooms.roster(room)).toEqual({ members: [], partial: false })
    expect(await rooms.kick(room, 'c1')).toBe(0)
    const kicked = rooms.kick(room, 'ann')
    expect(first?.rooms.size).toBe(0)
    expect(await kicked).toBe(2)
    expect([...rooms.connections(room)]).toEqual([third])
    expect(await rooms.kick(room, 'c3')).toBe(1)
    expect(await rooms.count(room)).toEqual({ count: 0, partial: false })
  })
})

describe('a room manager with other processes', () => {
  it('adds what they say, and says when it is not all', async () => {
    const elsewhere = new Others()
    const rooms = new WsRoomManager<Member>({ elsewhere })
    fill(rooms)
    expect(await rooms.count(room)).toEqual({ count: 8, partial: false })
    elsewhere.isWhole = false
    expect(await rooms.count(room, { deadline: 50 })).toEqual({ count: 8, partial: true })
    expect(await rooms.roster(room, { deadline: 60_000 })).toEqual({ members: [], partial: true })
    expect(await rooms.kick(room, 'ann')).toBe(4)
    expect(elsewhere.asked).toEqual([
      ['count', room, 1_000],
      ['count', room, 50],
      ['sync', 60_000],
      ['kick', room, 'ann', 1_000],
    ])
  })

  it('kicks nobody for a deadline that is none', async () => {
    const rooms = new WsRoomManager<Member>({ elsewhere: new Others() })
    fill(rooms)
    await expect(rooms.kick(room, 'ann', { deadline: 0 })).rejects.toThrow(RangeError)
    expect(rooms.connections(room).size).toBe(3)
  })
})
