import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { Broker, hasBroker, JETSTREAM, REDIS } from '../support/broker.js'
import { createNetwork, faultOf, isOpen, watchRoom, type Witness } from '../support/drop-storm.js'
import { fork, type Child } from '../support/fork.js'
import { openClient, type OpenedClient } from '../support/open-client.js'

const fixture = 'spec/support/fixtures/chat-with-history.ts'
const path = '/chat/general'
/** `HISTORY_MESSAGES=200000 npm run jest -- spec/integration/history-processes` makes it a long run. */
const MESSAGES = Number(process.env.HISTORY_MESSAGES ?? 3_000)
const DROPS = Math.max(24, MESSAGES / 1_000)

interface Person extends OpenedClient {
  readonly witnesses: readonly Witness[]
  cut(): void
}

/** The same numbers in every run. */
function createRandom(): () => number {
  let state = 42
  return () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647
}

describe.each([REDIS, JETSTREAM])('three processes with a history in $name', (program) => {
  const test = hasBroker(REDIS) && hasBroker(program) ? it : it.skip
  let broker: Broker
  let redis: Broker
  let servers: Child[]

  const start = (): Promise<Child> => {
    // Sessions are in Redis, whatever keeps the pushes.
    const natsPort: Record<string, string> =
      program === REDIS ? {} : { NATS_PORT: String(broker.port) }
    const env = { REDIS_PORT: String(redis.port), ...natsPort }
    return fork(fixture, { env, reportUnhandled: true })
  }

  beforeAll(async () => {
    servers = []
    if (test === it.skip) return
    broker = await Broker.start(program)
    redis = program === REDIS ? broker : await Broker.start(REDIS)
    servers = await Promise.all([start(), start(), start()])
  }, 30_000)

  afterAll(async () => {
    if (test === it.skip) return
    const unhandled = servers.map((server) => server.unhandled)
    await Promise.all(servers.map((server) => server.kill()))
    await Promise.all([broker.stop(), redis.stop()])
    expect(unhandled.flat()).toEqual([])
  })

  const urlOf = (index: number, user: number): string =>
    `ws://127.0.0.1:${servers[index]?.port}/?user=user${user}`

  async function enter(url: string | (() => string), rooms = [path]): Promise<Person> {
    const network = createNetwork()
    const opened = openClient(url, { WebSocket: network.WebSocket })
    const witnesses = rooms.map((room) => watchRoom(opened.client, room))
    await Promise.all(rooms.map((room) => opened.client.room(room).join()))
    await opened.become('open')
    return { ...opened, witnesses, cut: () => network.cut() }
  }

  async function lastSaid(server: Child): Promise<number> {
    const isSaid = (message: unknown): boolean => 'said' in (message as object)
    return ((await server.nextMessage(isSaid, 600_000)) as { said: number }).said
  }

  /** Done when everybody has heard the last push of every room. */
  async function heard(people: readonly Person[], last: number): Promise<void> {
    const all = people.flatMap(({ witnesses }) => witnesses)
    await Promise.all(all.map((witness) => witness.last(last, 60_000)))
  }

  const faults = (people: readonly Person[], last: number): unknown[] =>
    people.flatMap(({ witnesses }) => witnesses.map((witness) => faultOf(witness, last) ?? 'none'))

  const none = (people: readonly Person[]): string[] =>
    people.flatMap(({ witnesses }) => witnesses.map(() => 'none'))

  test(`turn nothing around of ${MESSAGES} pushes to each of five rooms`, async () => {
    const rooms = Array.from({ length: 5 }, (_, index) => `/chat/room ${index}`)
    const people = await Promise.all([0, 1, 2].map((index) => enter(urlOf(index, index), rooms)))
    // No more than a busy broker confirms in the second that it is given.
    for (let from = 0; from < MESSAGES; from += 200) {
      const to = Math.min(from + 200, MESSAGES)
      servers[0]?.send({ rooms, atOnce: 5, pause: 5, from, to })
      await heard(people, to)
      await lastSaid(servers[0] as Child)
    }
    expect(faults(people, MESSAGES)).toEqual(none(people))
    const seen = people.flatMap(({ witnesses }) => witnesses.map((witness) => witness.seen.length))
    expect(seen).toEqual(seen.map(() => MESSAGES))
  }, 600_000)

  test(`miss nothing in ${DROPS} drops, after which clients come back to any of them`, async () => {
    const random = createRandom()
    const anyUrl = (user: number) => (): string => urlOf(Math.floor(random() * 3), user)
    const people = await Promise.all(Array.from({ length: 12 }, (_, index) => enter(anyUrl(index))))
    const { witnesses } = await enter(urlOf(0, 12))
    const [clock] = witnesses as [Witness]
    servers[0]?.send({ rooms: [path], pause: 5 })
    for (let drops = 0; drops < DROPS;) {
      await clock.count(clock.seen.length + 4)
      const person = people[Math.floor(random() * people.length)]
      if (person?.client.status !== 'open') continue
      person.cut()
      drops++
    }
    await Promise.all(people.map(({ client }) => isOpen(client, 60_000)))
    servers[0]?.send({})
    const last = await lastSaid(servers[0] as Child)
    await heard(people, last)
    expect(faults(people, last)).toEqual(none(people))
    const gaps = people.flatMap(({ witnesses }) => witnesses[0]?.seen ?? [])
    expect(gaps.filter((item) => item === 'gap').length).toBeLessThan(DROPS / 4)
  }, 600_000)

  test('take over the clients of one that is killed', async () => {
    let index = 1
    const person = await enter(() => urlOf(index, 0))
    servers[0]?.send({ rooms: [path], pause: 2 })
    const [witness] = person.witnesses as [Witness]
    await witness.count(50)
    index = 2
    await servers[1]?.kill()
    await person.become('open')
    servers[0]?.send({})
    const last = await lastSaid(servers[0] as Child)
    await heard([person], last)
    expect(faults([person], last)).toEqual(['none'])
    expect(witness.seen).not.toContain('gap')
    servers[1] = await start()
  }, 600_000)

  test('tell everybody of a gap when it was killed under load, and go on', async () => {
    const people = await Promise.all([0, 1, 2].map((index) => enter(urlOf(index, index))))
    servers[0]?.send({ rooms: [path], pause: 2 })
    await people[2]?.client.call('$ping', '/')
    const become = (status: string): Promise<unknown[]> =>
      Promise.all(
        servers.map((server) =>
          server.nextMessage((message) => (message as { status?: string }).status === status),
        ),
      )
    const down = become('down')
    await broker.kill()
    await down
    // Somebody comes, and somebody goes elsewhere, while nothing is known of anybody.
    people.push(await enter(urlOf(0, 4)))
    const ready = become('ready')
    await broker.restart()
    await ready
    const witnesses = people.map((person) => person.witnesses[0] as Witness)
    // The others hear again.
    await Promise.all(witnesses.map((witness) => witness.another(60_000)))
    servers[0]?.send({})
    const last = await lastSaid(servers[0] as Child)
    await heard(people, last)
    expect(faults(people, last)).toEqual(none(people))
    for (const { seen } of witnesses) expect(seen).toContain('gap')
    // Who is where the pushes are made has missed none of them.
    const numbers = witnesses[0]?.seen.filter((item) => item !== 'gap')
    expect(numbers).toEqual(Array.from({ length: last }, (_, index) => index + 1))
  }, 600_000)
})
