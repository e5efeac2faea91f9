import { describe, expect, it } from '@jest/globals'
import type { WsAppOptions } from 'enfilade'
import type { TestConnectOptions } from 'enfilade/testing'
import { within } from '../support/deadline.js'
import { authorize, ScenarioBoard, ScenarioChat } from '../support/scenario-app.js'
import { WireStory } from '../support/wire-story.js'
import {
  realWorld,
  testWorld,
  type MakeWorld,
  type World,
  type WorldClient,
} from '../support/worlds.js'

const path = '/chat/a'
const board = '/board/a'

/** What a scenario does, and the only way it talks to the app. */
class Stage {
  readonly #world: World
  readonly #story: WireStory
  #id = 0

  constructor(world: World) {
    this.#world = world
    this.#story = new WireStory(world.app)
  }

  get app(): World['app'] {
    return this.#world.app
  }

  async connect(user: string, options: TestConnectOptions = {}): Promise<WorldClient> {
    return this.#story.add(await this.#world.connect({ path: `/?user=${user}`, ...options }))
  }

  refusal(user: string, options: TestConnectOptions = {}): Promise<unknown> {
    return this.#world.refusal({ path: `/?user=${user}`, ...options })
  }

  pass(milliseconds: number): Promise<void> {
    return this.#world.pass(milliseconds)
  }

  send(client: WorldClient, event: string, at: string, data?: unknown): void {
    client.sendRaw(JSON.stringify({ event, path: at, data }))
  }

  /** Sends a message with an id, and waits for its reply, whatever that is. */
  async call(client: WorldClient, event: string, at: string, data?: unknown): Promise<any> {
    const id = ++this.#id
    client.sendRaw(JSON.stringify({ event, path: at, data, id }))
    return client.next({ id })
  }

  /** Until the server has taken leave of so many. */
  async disconnected(count: number): Promise<void> {
    const sum = (): number =>
      Object.values(this.app.counters.closed).reduce<number>((all, one) => all + one, 0)
    while (sum() < count) await new Promise(setImmediate)
  }

  tell(): unknown {
    return this.#story.tell()
  }
}

interface Scenario {
  readonly options?: WsAppOptions | object
  /** What it returns belongs to what is compared. */
  readonly play: (stage: Stage) => Promise<unknown>
}

const scenarios: Record<string, Scenario> = {
  'calls, their replies and errors': {
    play: async (stage) => {
      const ann = await stage.connect('ann')
      await stage.call(ann, 'join', path)
      for (const [event, at] of [
        ['leave', path],
        ['nothing', path],
        ['sey', path],
        ['fail', path],
        ['$ping', '/'],
        ['$own', path],
        ['say', '/chat/%E0%A4%A'],
      ] as const) {
        await stage.call(ann, event, at, { text: 'x' })
      }
      for (const frame of ['', 'no JSON', '[]', '{"event":7}', '{"event":"say","id":{}}']) {
        ann.sendRaw(frame)
      }
      ann.sendRaw(Uint8Array.of(0, 255))
      ann.sendRaw(JSON.stringify({ event: 'join', path, id: 'my-id' }))
      await ann.next({ id: 'my-id' })
    },
  },
  'replies come as the handlers finish, and in order where they wait for each other': {
    play: async (stage) => {
      const ann = await stage.connect('ann')
      const calls = []
      for (const event of ['wait', 'queue']) {
        for (const turns of [5, 1, 3]) calls.push(stage.call(ann, event, path, turns))
        await Promise.all(calls)
      }
    },
  },
  'data that is not valid': {
    play: async (stage) => {
      const ann = await stage.connect('ann')
      for (const data of [undefined, null, 'text', {}, { text: 7 }, { text: '', more: 1 }]) {
        await stage.call(ann, 'say', path, data)
      }
    },
  },
  'join, broadcast and leave': {
    play: async (stage) => {
      const [ann, ben] = [await stage.connect('ann'), await stage.connect('ben')]
      const plain = await stage.connect('cleo', { protocol: false })
      for (const client of [ann, ben, plain]) await stage.call(client, 'join', path)
      await stage.call(ann, 'say', path, { text: 'hello' })
      stage.send(ben, 'say', path, { text: 'hi' })
      await Promise.all([ben, plain].map(async (client) => client.next({ event: 'said' })))
      await ann.next({ event: 'said' })
      await stage.call(ben, 'leave', path)
      stage.app.rooms.broadcast(path, 'news', path, 1)
      stage.app.server.broadcast('to-all', '/', 2)
      for (const client of [ann, ben, plain]) await client.next({ event: 'to-all' })
    },
  },
  'guards and read-only members': {
    play: async (stage) => {
      const [ann, ben] = [await stage.connect('ann'), await stage.connect('ben')]
      for (const client of [ann, ben]) {
        await stage.call(client, 'secret', path)
        await stage.call(client, 'join', '/chat/private')
        await stage.call(client, 'join', '/chat/news')
        await stage.call(client, 'say', '/chat/news', { text: 'x' })
      }
    },
  },
  'refused connects': {
    options: { upgradePath: '/' },
    play: async (stage) => [
      await stage.refusal('nobody'),
      await stage.refusal('banned'),
      await stage.refusal('ann', { headers: { origin: 'https://evil.example' } }),
      await stage.refusal('ann', { path: '/elsewhere' }),
    ],
  },
  'connects refused by HTTP': {
    options: { refuse: 'http', maxConnectionsPerIp: 1 },
    play: async (stage) => {
      const refused = await stage.refusal('nobody')
      await stage.connect('ann')
      return [refused, await stage.refusal('ben')]
    },
  },
  presence: {
    play: async (stage) => {
      const [ann, ben] = [await stage.connect('ann'), await stage.connect('ben')]
      await stage.call(ann, 'join', board)
      await stage.call(ben, 'join', board)
      await ann.next({ event: '$presence' })
      await stage.call(ben, '$presence', board, { x: 'wrong' })
      for (const x of [1, 2]) {
        await stage.call(ben, '$presence', board, { x })
        await stage.pass(17)
        for (const client of [ann, ben]) await client.next({ event: '$presence' })
      }
      await stage.call(ben, 'leave', board)
      await stage.pass(17)
      await ann.next({ event: '$presence' })
      await stage.call(ben, '$presence', board, { x: 3 })
      return stage.app.rooms.members(board)
    },
  },
  'history, and a lost connection that comes back': {
    options: { recovery: true },
    play: async (stage) => {
      const [ann, ben] = [await stage.connect('ann'), await stage.connect('ben')]
      for (const client of [ann, ben]) await stage.call(client, 'join', path)
      await stage.call(ben, 'join', '/chat/b')
      const welcome = await ben.next({ event: '$welcome' })
      const joined = await ben.next({ event: '$joined', path })
      await stage.call(ann, 'say', path, { text: 'one' })
      await ben.next({ event: 'said' })
      ben.drop()
      await stage.disconnected(1)
      await stage.call(ann, 'say', path, { text: 'two' })
      await stage.call(ann, 'say', path, { text: 'three' })
      const back = await stage.connect('ben')
      const { session } = welcome.data
      const position = { epoch: joined.data.epoch, seq: 1 }
      const rooms = { [path]: position, '/chat/b': { epoch: 'wrong', seq: 0 }, '/chat/c': position }
      await stage.call(back, '$resume', '/', { session, rooms })
      await stage.call(ann, 'say', path, { text: 'four' })
      await back.next({ event: 'said', seq: 4 })
      const late = await stage.connect('ann')
      await stage.call(late, '$resume', '/', { session, rooms })
      await stage.call(late, '$resume', '/', { session: 7 })
    },
  },
  'the same session twice': {
    options: { recovery: true },
    play: async (stage) => {
      const ann = await stage.connect('ann')
      await stage.call(ann, 'join', path)
      const { data } = await ann.next({ event: '$welcome' })
      const second = await stage.connect('ann')
      await stage.call(second, '$resume', '/', { session: data.session, rooms: {} })
      return ann.closed
    },
  },
  'too many messages': {
    options: { rateLimit: { perSecond: 0.001, burst: 3 } },
    play: async (stage) => {
      const ann = await stage.connect('ann')
      for (let count = 0; count < 5; count++) await stage.call(ann, '$ping', '/')
      stage.send(ann, 'say', path, { text: 'x' })
      await ann.next({ event: '$error' })
      stage.send(ann, 'say', path, { text: 'x' })
      return ann.closed
    },
  },
  '$token, and rooms that the new session may not be in': {
    play: async (stage) => {
      const ann = await stage.connect('ann')
      await stage.call(ann, 'join', '/chat/private')
      await stage.call(ann, 'join', path)
      await stage.call(ann, '$token', '/', { token: 'nobody' })
      await stage.call(ann, '$token', '/', {})
      await stage.call(ann, '$token', '/', { token: 'ben' })
      await stage.call(ann, 'say', '/chat/private', { text: 'x' })
      await stage.call(ann, 'secret', path)
    },
  },
  'a client that gets its first session by a token': {
    options: { awaitToken: true },
    play: async (stage) => {
      const [ann, bob] = [await stage.connect('nobody'), await stage.connect('nobody')]
      stage.send(ann, 'join', path)
      await stage.call(ann, '$token', '/', { token: 'ann' })
      await stage.call(ann, 'secret', path)
      await stage.call(bob, '$token', '/', { token: 'nobody' })
      return bob.closed
    },
  },
  'how clients close': {
    play: async (stage) => {
      const codes = [1000, 1001, 3500, 4001]
      for (const [index, code] of codes.entries()) {
        const client = await stage.connect(`user-${code}`)
        client.close(code, 'bye')
        await stage.disconnected(index + 1)
      }
      const lost = await stage.connect('lost')
      lost.drop()
      await stage.disconnected(5)
    },
  },
  'how the server closes': {
    options: { maxPayload: 500 },
    play: async (stage) => {
      const ends = []
      for (const code of [1000, 1013, 4000]) {
        const client = await stage.connect(`user-${code}`)
        stage.send(client, 'close', path, code)
        ends.push(await client.closed)
      }
      const large = await stage.connect('large')
      stage.send(large, 'say', path, { text: 'x'.repeat(500) })
      return [...ends, await large.closed]
    },
  },
  'a broken wire': {
    play: async (stage) => {
      const ann = await stage.connect('ann')
      for (let count = 0; count < 11; count++) ann.sendRaw('{')
      return ann.closed
    },
  },
  'an app that drains': {
    play: async (stage) => {
      const ann = await stage.connect('ann')
      await stage.call(ann, 'join', path)
      const waiting = stage.call(ann, 'wait', path, 200)
      await stage.call(ann, '$ping', '/')
      const closing = stage.app.close({ drain: 5 })
      await stage.call(ann, 'say', path, { text: 'too late' })
      await waiting
      await closing
      return ann.closed
    },
  },
  'an app that closes': {
    play: async (stage) => {
      const ann = await stage.connect('ann')
      await stage.call(ann, 'join', path)
      await stage.app.close()
      return ann.closed
    },
  },
}

async function perform(makeWorld: MakeWorld, { options, play }: Scenario): Promise<unknown> {
  const controllers = [ScenarioChat, ScenarioBoard]
  const world = await makeWorld({ controllers, authorize, ...options })
  const stage = new Stage(world)
  try {
    const outcome = await within(play(stage), 'the end of a scenario')
    return { outcome, story: stage.tell() }
  } finally {
    await world.end()
  }
}

describe('an app in memory does what the same app does on sockets', () => {
  it.each(Object.entries(scenarios))('%s', async (_name, scenario) => {
    const real = await perform(realWorld, scenario)
    expect(JSON.stringify(real).length).toBeGreaterThan(300)
    expect(await perform(testWorld, scenario)).toEqual(real)
  })
})

it('a slow consumer is closed with 1013 in both, and the others are not disturbed', async () => {
  for (const makeWorld of [realWorld, testWorld]) {
    const backpressure = { limit: 200_000 }
    const world = await makeWorld({ controllers: [ScenarioChat], authorize, backpressure })
    const stage = new Stage(world)
    const [ann, slow] = [await stage.connect('ann'), await stage.connect('slow')]
    const other = await stage.connect('other')
    for (const client of [ann, slow, other]) await stage.call(client, 'join', path)
    slow.stall()
    let floods = 0
    // Of a real socket the system takes some megabytes before anything waits.
    while (!world.app.counters.closed[1013]) {
      expect(++floods).toBeLessThan(500)
      await stage.call(ann, 'flood', path, 20)
    }
    slow.unstall()
    expect(await slow.closed).toEqual({ code: 1013, reason: 'Slow consumer' })
    await stage.call(ann, 'say', path, { text: 'done' })
    await other.next({ event: 'said' })
    const noises = other.records.filter(
      (record) => (record as { event?: string }).event === 'noise',
    )
    expect(noises).toHaveLength(floods * 20)
    await world.end()
  }
}, 30_000)
