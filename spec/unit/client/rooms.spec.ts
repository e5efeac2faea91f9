import { describe, expect, it } from '@jest/globals'
import { defineChannel } from 'enfilade/client'
import { createFakeWorld, type FakeWorld } from '../../support/fake-platform.js'
import { nextTurn } from '../../support/next-turn.js'
import { joinRoom, openRoom, PATH, resume } from '../../support/room-world.js'

describe('join', () => {
  it("calls join with the data, and resolves with the handler's reply", async () => {
    const { room, first, told } = await openRoom()
    const joining = room.join({ name: 'Ann' })
    expect(room.status).toBe('joining')
    await nextTurn()
    expect(first.last('join')).toMatchObject({ path: PATH, data: { name: 'Ann' } })
    first.reply('join', ['history'])
    expect(await joining).toEqual(['history'])
    expect(told).toEqual(['joining', 'joined'])
    expect(await room.join()).toEqual(['history'])
    expect(first.events).toEqual(['join'])
  })

  it('rejects with what refused it, and may be tried again', async () => {
    const { room, first, told } = await openRoom()
    const joining = room.join()
    const failed = expect(joining).rejects.toMatchObject({ code: 403 })
    await nextTurn()
    first.refuse('join', 403)
    await failed
    expect(told).toEqual(['joining', 'left'])
    const again = room.join()
    await nextTurn()
    first.reply('join', 1)
    expect(await again).toBe(1)
  })

  it('goes on when the connection is lost before the reply', async () => {
    const world = await openRoom()
    const joining = world.room.join()
    await nextTurn()
    const second = await world.dropAndRetry()
    second.welcome('s2')
    second.reply('$resume', { resumed: true, rooms: {} })
    await nextTurn()
    expect(second.events).toEqual(['$resume', 'join'])
    second.reply('join', 'late')
    expect(await joining).toBe('late')
  })

  it('rejects with 408 without a connection in time', async () => {
    const world = createFakeWorld({ rpcTimeout: 1000 })
    const failed = expect(world.client.room(PATH).join()).rejects.toMatchObject({ code: 408 })
    await world.clock.advance(1000)
    await failed
    expect(world.client.room(PATH).status).toBe('left')
  })

  it('that is followed by leave leaves', async () => {
    const { room, first, told } = await openRoom()
    const joining = room.join()
    const leaving = room.leave()
    await nextTurn()
    first.reply('join', 1)
    first.reply('leave', 2)
    expect([await joining, await leaving]).toEqual([1, 2])
    expect(first.events).toEqual(['join', 'leave'])
    expect([room.status, told]).toEqual(['left', ['joining', 'left']])
  })
})

describe('a room', () => {
  it('is one object per path, by whatever name', async () => {
    const { client, room } = await openRoom()
    const chat = defineChannel('/chat/:room')<object>()
    expect(client.room(chat, { room: 'a' })).toBe(room)
    expect(client.room(chat, { room: 'b/c' }).path).toBe('/chat/b%2Fc')
  })

  it('calls, sends and listens on its path', async () => {
    const { room, first, heard } = await openRoom()
    const called = room.call('say', { text: 'hi' })
    expect(room.send('typing')).toBe(true)
    await nextTurn()
    expect(first.sent.map(({ event, path, data }) => [event, path, data])).toEqual([
      ['say', PATH, { text: 'hi' }],
      ['typing', PATH, undefined],
    ])
    first.reply('say', { at: 1 })
    expect(await called).toEqual({ at: 1 })
    first.push('said', PATH, 'here')
    first.push('said', '/chat/b', 'elsewhere')
    expect(heard).toEqual(['here'])
  })

  it('hears from the server that it was left, and does not come back by itself', async () => {
    const world = await joinRoom()
    world.told.length = 0
    world.first.push('$left', PATH, { reason: 'kicked' })
    expect(world.told).toEqual([['left', 'kicked']])
    const second = await resume(world, { resumed: true, rooms: {} })
    expect(second.events).toEqual(['$resume'])
    expect(second.last('$resume').data).toEqual({ session: 's1', rooms: {} })
  })

  it('is left for good by leave, also when the connection is lost meanwhile', async () => {
    const world = await joinRoom()
    const leaving = world.room.leave()
    await nextTurn()
    const second = await resume(world, { resumed: true, rooms: {} })
    expect(second.events).toEqual(['$resume', 'leave'])
    second.reply('leave', 'bye')
    expect(await leaving).toBe('bye')
    expect(await world.room.leave()).toBeUndefined()
  })

  it('is left when the client closes', async () => {
    const world = await joinRoom()
    world.client.close()
    expect(world.room.status).toBe('left')
  })
})

describe('a session that is resumed', () => {
  it('tells where it was and goes on: nothing is missing, nothing twice', async () => {
    const world = await joinRoom()
    world.first.push('said', PATH, 11, 11)
    world.first.push('said', PATH, 12, 12)
    world.told.length = 0
    const second = await resume(world, { resumed: true, rooms: { [PATH]: 'recovered' } })
    expect(second.sent).toEqual([
      {
        ...{ event: '$resume', path: '/', id: expect.any(Number) },
        data: { session: 's1', rooms: { [PATH]: { epoch: 'e', seq: 12 } } },
      },
    ])
    for (const seq of [12, 13, 14, 14, 15]) second.push('said', PATH, seq, seq)
    expect(world.heard).toEqual([11, 12, 13, 14, 15])
    expect([world.client.status, world.told]).toEqual(['open', []])
  })

  it('keeps its name: the next loss resumes the same one', async () => {
    const world = await joinRoom()
    await resume(world, { resumed: true, rooms: { [PATH]: 'recovered' } })
    const third = await world.dropAndRetry()
    third.welcome('s3')
    expect(third.last('$resume').data.session).toBe('s1')
  })

  it('says gap where the history is over, and hears what follows', async () => {
    const world = await joinRoom()
    world.told.length = 0
    const second = await world.dropAndRetry()
    second.welcome('s2')
    second.reply('$resume', { resumed: true, rooms: { [PATH]: 'gap' } })
    // In the same packet as the reply.
    second.push('$joined', PATH, { epoch: 'f', seq: 2 })
    second.push('said', PATH, 'new', 3)
    await nextTurn()
    expect(world.heard).toEqual(['new'])
    expect(world.told).toEqual([['gap', undefined]])
    expect(second.events).toEqual(['$resume'])
    const third = await world.dropAndRetry()
    third.welcome('s3')
    expect(third.last('$resume').data.rooms).toEqual({ [PATH]: { epoch: 'f', seq: 3 } })
  })

  it('hears what follows a gap, whatever its number, when the server does not say where it is', async () => {
    const world = await joinRoom()
    const second = await resume(world, { resumed: true, rooms: { [PATH]: 'gap' } })
    second.push('said', PATH, 'new', 3)
    second.push('said', PATH, 'new', 3)
    expect(world.heard).toEqual(['new'])
  })

  it('leaves what it is refused', async () => {
    const world = await joinRoom()
    world.told.length = 0
    await resume(world, { resumed: true, rooms: { [PATH]: 'refused' } })
    expect(world.told).toEqual([['left', 'refused']])
  })

  it('enters again what the server says nothing of', async () => {
    const world = await joinRoom()
    const second = await resume(world, { resumed: true })
    expect(second.events).toEqual(['$resume', 'join'])
  })
})

describe.each([
  ['that is over', async (world: FakeWorld) => resume(world, { resumed: false, rooms: {} })],
  [
    'that the server never had',
    async (world: FakeWorld) => {
      const socket = await world.dropAndRetry()
      socket.welcome('s2')
      socket.refuse('$resume', 400)
      await nextTurn()
      return socket
    },
  ],
  [
    'on another server, without enfilade.v1',
    async (world: FakeWorld) => {
      const socket = await world.dropAndRetry()
      socket.open()
      await nextTurn()
      return socket
    },
  ],
])('a session %s', (_name, comeBack) => {
  it('has its rooms entered again, with the same data and a gap, before anything that waits', async () => {
    const world = await openRoom()
    const joining = world.room.join({ name: 'Ann' })
    await nextTurn()
    world.first.push('$joined', PATH, { epoch: 'e', seq: 10 })
    world.first.reply('join', 'first')
    await joining
    world.first.push('said', PATH, 'seen', 40)
    world.told.length = 0
    world.first.end()
    world.room.send('say', 'meanwhile')
    const second = await comeBack(world)
    expect(second.last('join')).toMatchObject({ path: PATH, data: { name: 'Ann' } })
    expect(second.events).not.toContain('say')
    expect(world.client.status).toBe('reconnecting')
    second.push('$joined', PATH, { epoch: 'f', seq: 1 })
    second.push('said', PATH, 'fresh', 2)
    second.reply('join', 'again')
    await nextTurn()
    expect(world.told).toEqual(['joining', 'joined', ['gap', 'again']])
    expect(world.heard).toEqual(['seen', 'fresh'])
    expect(await world.room.join()).toBe('again')
    expect(world.client.status).toBe('open')
    expect(second.events.at(-1)).toBe('say')
  })

  it('leaves a room that refuses', async () => {
    const world = await joinRoom()
    world.told.length = 0
    const second = await comeBack(world)
    second.refuse('join', 403)
    await nextTurn()
    expect(world.told).toEqual(['joining', ['left', 'refused']])
    expect(world.client.status).toBe('open')
  })

  it('tries again when a room is only busy', async () => {
    const world = await joinRoom()
    world.told.length = 0
    const second = await comeBack(world)
    second.refuse('join', 503)
    await nextTurn()
    expect(world.client.status).toBe('open')
    await world.clock.advance(250)
    expect(second.events.filter((event) => event === 'join')).toHaveLength(2)
    second.reply('join', 'at last')
    await nextTurn()
    expect(world.told).toEqual(['joining', 'joined', ['gap', 'at last']])
  })

  it('forgets a try that was waiting when the room is left', async () => {
    const world = await joinRoom()
    const second = await comeBack(world)
    second.refuse('join', 429)
    await nextTurn()
    void world.room.leave().catch(() => undefined)
    await world.clock.advance(5000)
    expect(second.events.filter((event) => event === 'join')).toHaveLength(1)
  })

  it('goes on with its rooms when the connection is lost in the middle', async () => {
    const world = await joinRoom()
    await comeBack(world)
    const third = await comeBack(world)
    third.reply('join', 'third')
    await nextTurn()
    expect(world.told).toEqual(['joining', 'joined', 'joining', 'joined', ['gap', 'third']])
  })
})

it('a $resume that nobody answers is a loss', async () => {
  const world = await joinRoom()
  const second = await world.dropAndRetry()
  second.welcome('s2')
  await world.clock.advance(10_000)
  expect(world.client.status).toBe('reconnecting')
  const third = await world.dropAndRetry()
  third.welcome('s3')
  expect(third.last('$resume').data.session).toBe('s1')
})

it('a server without enfilade.v1 gets no message that starts with $', async () => {
  const world = await openRoom({ presence: 'here', isPlain: true })
  const joining = world.room.join()
  await nextTurn()
  world.first.reply('join')
  await joining
  world.wake()
  await world.clock.advance(100_000)
  const second = await world.dropAndRetry()
  second.open()
  await nextTurn()
  const events = [...world.first.events, ...second.events]
  expect(events).toEqual(['join', 'join'])
})
