import { describe, expect, it } from '@jest/globals'
import { nextTurn } from '../../support/next-turn.js'
import { joinRoom, openRoom, PATH, resume } from '../../support/room-world.js'

const ann = { id: 'ann', state: { name: 'Ann' } }
const ben = { id: 'ben', state: { name: 'Ben' } }

describe('presence', () => {
  it('shows everybody, oneself among them, and each change', async () => {
    const world = await openRoom()
    const changes: unknown[] = []
    world.room.onMembers(({ join, update, leave }) =>
      changes.push([join, update, leave].map((members) => members.map(({ id }) => id).join())),
    )
    const joining = world.room.join()
    await nextTurn()
    world.first.push('$joined', PATH, { epoch: 'e', seq: 1, self: 'ann', members: [ann] })
    world.first.reply('join')
    await joining
    expect(world.room.self).toEqual(ann)
    world.first.push('$presence', PATH, { join: [ben] })
    const typing = { id: 'ben', state: { name: 'Ben', typing: true } }
    world.first.push('$presence', PATH, { update: [typing] })
    expect([...world.room.members.values()]).toEqual([ann, typing])
    world.first.push('$presence', PATH, { leave: ['ben'] })
    world.first.push('$left', PATH, { reason: 'kicked' })
    expect(changes).toEqual([
      ['ann', '', ''],
      ['ben', '', ''],
      ['', 'ben', ''],
      ['', '', 'ben'],
      ['', '', 'ann'],
    ])
    expect(world.room.self).toBeUndefined()
  })

  it('is told as soon as one is in, then as it changes, the latest state per interval', async () => {
    const world = await joinRoom({ presence: { name: 'Ann' } }, { self: 'ann', members: [ann] })
    const states = () =>
      world.first.sent.filter(({ event }) => event === '$presence').map(({ data }) => data)
    expect(states()).toEqual([{ name: 'Ann' }])
    expect(world.first.last('$presence')).not.toHaveProperty('id')
    for (let x = 0; x < 5; x++) world.room.setPresence({ x })
    await world.clock.advance(50)
    expect(states()).toEqual([{ name: 'Ann' }, { x: 4 }])
  })

  it('is told again after a loss: the latest, also when it changed meanwhile', async () => {
    const world = await joinRoom({ presence: 'first' }, { self: 'ann', members: [ann] })
    world.first.end()
    world.room.setPresence('second')
    world.room.setPresence('third')
    const second = await resume(world, { resumed: true, rooms: { [PATH]: 'recovered' } })
    expect(second.last('$presence').data).toBe('third')
  })

  it('is not sent to a room that has none', async () => {
    const world = await joinRoom({ presence: 'here' })
    await world.clock.advance(1000)
    expect(world.first.events).toEqual(['join'])
    expect(world.room.members.size).toBe(0)
  })
})
