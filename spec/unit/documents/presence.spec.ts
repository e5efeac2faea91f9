import { describe, expect, it } from '@jest/globals'
import { IsInt } from 'class-validator'
import { definePresence } from 'enfilade/documents'
import { join, openRoom, type Member } from '../../support/documents/open-room.js'

class Cursor {
  @IsInt() x!: number
}

function show(member: Member, state: object | null): void {
  member.send({ type: 'presence', state })
}

/** The presence frames after the one of the welcome. */
function told(member: Member): any[] {
  return member.socket.of('presence').slice(1)
}

describe('presence', () => {
  it('is gathered for 50 ms and sent to everybody at once, the latest only', async () => {
    const { room, timers } = await openRoom()
    const [ann, bob] = [join(room, 'ann'), join(room, 'bob')]
    show(ann, { x: 1 })
    show(ann, { x: 2 })
    show(bob, { x: 3 })
    expect(told(bob)).toEqual([])
    timers.advance(50)
    const join1 = [
      { user: 'ann', state: { x: 2 } },
      { user: 'bob', state: { x: 3 } },
    ]
    expect(told(bob)).toEqual([{ type: 'presence', join: join1 }])
    show(ann, { x: 4 })
    timers.advance(50)
    show(ann, null)
    timers.advance(50)
    expect(told(bob).slice(1)).toEqual([
      { type: 'presence', update: [{ user: 'ann', state: { x: 4 } }] },
      { type: 'presence', leave: ['ann'] },
    ])
  })

  it('is checked, and has 4 KiB at most', async () => {
    const { room, timers, errors } = await openRoom({ presence: definePresence(Cursor) })
    const ann = join(room, 'ann')
    show(ann, { x: 'left' })
    expect(ann.socket.last()).toMatchObject({ type: 'error', error: { code: 400 } })
    show(ann, { x: 1, more: 'x'.repeat(5000) })
    expect(ann.socket.last()).toMatchObject({ type: 'error', error: { code: 413 } })
    timers.advance(1000)
    expect([told(ann), errors]).toEqual([[], []])
  })

  it('belongs to a user, whose latest session shows it', async () => {
    const { room, timers } = await openRoom()
    const bob = join(room, 'bob')
    const [one, two] = ['1', '2'].map((id) => join(room, id, { user: 'ann' })) as [Member, Member]
    show(one, { x: 1 })
    show(two, { x: 2 })
    timers.advance(50)
    expect(told(bob)).toMatchObject([{ join: [{ user: 'ann', state: { x: 2 } }] }])
    room.disconnect('2')
    timers.advance(50)
    expect(told(bob).at(-1)).toMatchObject({ update: [{ user: 'ann', state: { x: 1 } }] })
    expect(one.closed).toBeUndefined()
  })

  it('stays for 5 s, and is restored to who comes back', async () => {
    const { room, timers } = await openRoom()
    const [ann, bob] = [join(room, 'ann'), join(room, 'bob')]
    show(ann, { x: 1 })
    timers.advance(50)
    room.disconnect('ann')
    timers.advance(4_900)
    const again = join(room, 'ann')
    expect(again.socket.of('hello')).toMatchObject([{ user: 'ann', presence: { x: 1 } }])
    timers.advance(60_000)
    expect(told(bob)).toHaveLength(1)
    room.disconnect('ann')
    timers.advance(5_050)
    expect(told(bob).at(-1)).toEqual({ type: 'presence', leave: ['ann'] })
    expect(join(room, 'ann').socket.of('hello')[0].presence).toBeUndefined()
  })

  it('of those who are there comes after synced, and a reader has one too', async () => {
    const { room, timers } = await openRoom()
    show(join(room, 'ann', { access: 'read' }), { x: 1 })
    timers.advance(50)
    const bob = join(room, 'bob')
    expect(bob.socket.last()).toEqual({
      type: 'presence',
      join: [{ user: 'ann', state: { x: 1 } }],
    })
  })

  it('is told to the hook', async () => {
    const seen: unknown[] = []
    const { room, timers } = await openRoom({ onPresence: (users) => seen.push(users) })
    show(join(room, 'ann'), { x: 1 })
    timers.advance(50)
    expect(seen).toEqual([[{ user: 'ann', state: { x: 1 } }]])
  })
})
