import { expect, it } from '@jest/globals'
import { Controller, Join, OnDisconnect, OnJoin, OnLeave, OnMessage, Presence } from 'enfilade'
import { createNetwork, faultOf, isOpen, say, watchRoom } from '../support/drop-storm.js'
import { openClient } from '../support/open-client.js'
import { startApp } from '../support/start-app.js'

const path = '/chat/a'
/** `RECOVERY_DROPS=1000 npm run jest -- spec/integration/recovery-storm` makes it a long run. */
const DROPS = Number(process.env.RECOVERY_DROPS ?? 50)
/** So many that none is dropped often: their pauses grow with each time. */
const CLIENTS = Math.max(20, DROPS / 5)

let leaves = 0
let joins = 0
let disconnects = 0

@Presence(Object)
@Controller('/chat/:room', { history: { size: 4_000 } })
class Chat {
  @OnJoin()
  joined(): void {
    joins++
  }

  @OnLeave()
  left(): void {
    leaves++
  }

  @OnDisconnect()
  gone(): void {
    disconnects++
  }

  @OnMessage('join')
  @Join()
  join(): void {}
}

const options = {
  controllers: [Chat],
  recovery: true,
  rateLimit: false as const,
  maxConnectionsPerIp: Infinity,
}

/** The same numbers in every run. */
function createRandom(): () => number {
  let state = 42
  return () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647
}

it(`of ${DROPS} drops at random instants nobody misses or doubles a push without a word`, async () => {
  const random = createRandom()
  const { app, url } = await startApp(options)
  const people = []
  for (let index = 0; index < CLIENTS; index++) {
    const network = createNetwork()
    const { client } = openClient(url, { WebSocket: network.WebSocket })
    const witness = watchRoom(client, path)
    await client.room(path).join()
    people.push({ network, client, witness })
  }
  const clock = openClient(url)
  const beat = watchRoom(clock.client, path)
  await clock.client.room(path).join()
  leaves = joins = disconnects = 0
  const lossesBefore = app.counters.closed[1006] ?? 0
  let said = 0
  for (let drops = 0; drops < DROPS;) {
    app.rooms.broadcast(path, 'said', path, ++said)
    // As fast as they are heard: a client that is away for as long as its pause takes misses many.
    await beat.last(said)
    const person = people[Math.floor(random() * people.length)]
    // Now and then one that is only just coming back.
    if (person?.client.status === 'open' ? random() < 0.1 : random() < 0.005) {
      person?.network.cut()
      drops++
    }
  }
  await Promise.all(people.map(({ client }) => isOpen(client, 60_000)))
  app.rooms.broadcast(path, 'said', path, ++said)
  await Promise.all(people.map(async ({ client }) => client.call('join', path)))
  expect((app.counters.closed[1006] ?? 0) - lossesBefore).toBeGreaterThan(DROPS / 2)
  expect(people.map(({ witness }) => faultOf(witness, said))).toEqual(people.map(() => undefined))
  const gaps = people.flatMap(({ witness }) => witness.seen).filter((item) => item === 'gap')
  // Most pauses are shorter than what is kept.
  expect(gaps.length).toBeLessThan(DROPS / 4)
  expect(leaves).toBe(0)
  expect(joins).toBeGreaterThan(0)
  expect(disconnects).toBeGreaterThan(0)
  expect(app.rooms.members(path)).toHaveLength(CLIENTS + 1)
  expect(app.rooms.connections(path).size).toBe(CLIENTS + 1)
}, 600_000)

it('after a restart everybody is told of a gap, and goes on', async () => {
  const first = await startApp(options)
  const second = await startApp(options)
  let { url } = first
  const { client, become } = openClient(() => url)
  const witness = watchRoom(client, path)
  await client.room(path).join()
  await become('open')
  await say(first.app, path, { count: 3, between: () => undefined })
  await client.call('$ping', '/')
  url = second.url
  await first.app.close()
  await become('reconnecting')
  await become('open')
  second.app.rooms.broadcast(path, 'said', path, 10)
  await client.call('$ping', '/')
  expect(witness.seen).toEqual([1, 2, 3, 'gap', 10])
})

it('join and leave storms end where the last call says, and every entry is left once', async () => {
  const random = createRandom()
  const { app, url } = await startApp(options)
  leaves = joins = 0
  const { client } = openClient(url)
  const room = client.room(path)
  for (let round = 0; round < 30; round++) {
    const entering = room.join().catch(() => undefined)
    if (random() < 0.5) app.rooms.connections(path).forEach((one) => app.rooms.leave(one, path))
    await entering
    app.rooms.connections(path).forEach((one) => app.rooms.leave(one, path))
    await client.call('$ping', '/')
    expect(room.status).toBe('left')
  }
  expect(joins).toBe(30)
  expect(leaves).toBe(30)
  expect(app.rooms.size).toBe(0)
  expect(app.rooms.members(path)).toEqual([])
})
