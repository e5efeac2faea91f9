import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { Broker, hasBroker, NATS, REDIS, type BrokerProgram } from '../support/broker.js'
import { within } from '../support/deadline.js'
import { fork, type Child } from '../support/fork.js'
import { WireClient, type WirePush } from '../support/wire-client.js'

const fixture = 'spec/support/fixtures/board-over-broker.ts'
const room = '/board/a'
const USERS = ['ann', 'ben', 'cat']

/** What the fixture answers to `ask`. */
interface Answer {
  count: { count: number; partial: boolean }
  roster: { members: { id: string; state: unknown }[]; partial: boolean }
  ben: { connections: unknown[]; partial: boolean }
  known: string[]
  nodes: number
}

const whole = {
  count: { count: 3, partial: false },
  roster: { partial: false },
  ben: { connections: [{}], partial: false },
  known: ['ann', 'ben', 'cat'],
  nodes: 3,
}

/** Three processes over a broker, and who is connected to each. */
class World {
  readonly servers: Child[] = []
  readonly clients: WireClient[] = []

  private constructor(readonly broker: Broker) {}

  static async start(program: BrokerProgram): Promise<World> {
    const world = new World(await Broker.start(program))
    const env = { BROKER: program.name, BROKER_PORT: String(world.broker.port) }
    const starting = USERS.map(() => fork(fixture, { env, reportUnhandled: true }))
    world.servers.push(...(await Promise.all(starting)))
    for (const index of USERS.keys()) await world.enter(index)
    return world
  }

  connect(index: number, user: string): Promise<WireClient> {
    const url = `ws://127.0.0.1:${this.servers[index]?.port}/?user=${user}`
    return WireClient.connect(url, { protocols: 'enfilade.v1' })
  }

  /** A user comes, and the others hear of it. */
  async enter(index: number): Promise<void> {
    const user = USERS[index] ?? ''
    const client = await this.connect(index, user)
    const others = [...this.clients]
    this.clients.push(client)
    await client.call('join', room)
    await Promise.all(others.map((other) => other.nextPush(tells('join', user))))
  }

  async ask(client: WireClient): Promise<Answer> {
    const answer = (await client.call('ask', room)) as Answer
    answer.known.sort()
    return answer
  }

  all(status: string): Promise<unknown[]> {
    return Promise.all(
      this.servers.map((server) =>
        server.nextMessage((message) => (message as { status?: string }).status === status),
      ),
    )
  }

  async stop(): Promise<void> {
    for (const client of this.clients) client.terminate()
    await Promise.all(this.servers.map((server) => server.kill()))
    await this.broker.stop()
  }
}

const programs = [REDIS, NATS].filter(hasBroker)
const test = programs.length > 0 ? it : it.skip
const over = programs.length > 0 ? it.each(programs) : it.skip.each([REDIS])

describe('three processes', () => {
  const worlds = new Map<string, World>()
  const worldOf = ({ name }: BrokerProgram): World => worlds.get(name) as World

  beforeAll(async () => {
    for (const program of programs) worlds.set(program.name, await World.start(program))
  }, 60_000)

  afterAll(async () => {
    await Promise.all([...worlds.values()].map((world) => world.stop()))
  })

  over('over $name answer for all, and reach a user wherever they are', async (program) => {
    const world = worldOf(program)
    const [ann, ben, cat] = world.clients as [WireClient, WireClient, WireClient]
    for (const client of [ann, ben, cat]) expect(await world.ask(client)).toMatchObject(whole)
    await ben.call('$presence', room, { x: 1 })
    await ann.nextPush(tells('update', 'ben'))
    expect(await ann.call('mail', room, { text: 'hello' })).toBe(0)
    expect((await ben.nextPush('mail')).data).toEqual({ text: 'hello' })
    const dan = await world.connect(1, 'dan')
    expect(await cat.call('revoke', room, { user: 'dan' })).toBe(1)
    expect(await dan.closed).toMatchObject({ code: 4401 })
    expect(world.servers.map((server) => server.unhandled)).toEqual([[], [], []])
  })

  over(
    'over $name answer for themselves while the broker is down, and for all when it is back',
    async (program) => {
      const world = worldOf(program)
      const [ann, ...others] = world.clients as [WireClient, WireClient, WireClient]
      const down = world.all('down')
      await world.broker.kill()
      await down
      const alone = await world.ask(ann)
      expect(alone).toMatchObject({
        count: { count: 1, partial: true },
        roster: { partial: true },
        ben: { connections: [], partial: true },
        known: ['ann', 'ben', 'cat'],
      })
      await ann.call('$presence', room, { x: 2 })
      const ready = world.all('ready')
      await world.broker.restart()
      await ready
      // The others hear of what they missed.
      for (const client of others) {
        await client.nextPush((push) => JSON.stringify(push.data).includes('"x":2'))
      }
      // Each of them may still be on its way to one of the others.
      for (const client of world.clients) {
        await within(untilWhole(world, client), 'answers for all')
      }
    },
    30_000,
  )

  // Over all brokers at once, since the wait is the same.
  test('lose the members of one that is killed within 15 s', async () => {
    await Promise.all([...worlds.values()].map((world) => loseOne(world)))
  }, 30_000)
})

async function loseOne(world: World): Promise<void> {
  const [ann, , cat] = world.clients as [WireClient, WireClient, WireClient]
  const [one, two, three] = world.servers as [Child, Child, Child]
  await two.kill()
  const killedAt = performance.now()
  await Promise.all([ann, cat].map((each) => each.nextPush(tells('leave', 'ben'), 16_000)))
  expect(performance.now() - killedAt).toBeLessThanOrEqual(15_000)
  const left = { ...whole, count: { count: 2, partial: false }, known: ['ann', 'cat'], nodes: 2 }
  const answer = { ...left, ben: { connections: [], partial: false } }
  for (const client of [ann, cat]) expect(await world.ask(client)).toMatchObject(answer)
  expect([one, three].map((server) => server.unhandled)).toEqual([[], []])
}

/** Asks again and again; what it is told last has to be all of it. */
async function untilWhole(world: World, client: WireClient): Promise<void> {
  let answer = await world.ask(client)
  while (JSON.stringify(answer).includes('"partial":true')) answer = await world.ask(client)
  expect(answer).toMatchObject(whole)
}

/** Whether a push tells of a member. */
function tells(kind: 'join' | 'update' | 'leave', id: string): (push: WirePush) => boolean {
  return ({ event, data }) => {
    if (event !== '$presence') return false
    const members = (data as Record<string, unknown[] | undefined>)[kind] ?? []
    return JSON.stringify(members).includes(`"${id}"`)
  }
}
