import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { Broker, hasBroker, NATS, REDIS } from '../support/broker.js'
import { within } from '../support/deadline.js'
import { fork, type Child } from '../support/fork.js'
import { WireClient, type WirePush } from '../support/wire-client.js'

const fixture = 'spec/support/fixtures/board-over-broker.ts'
const room = '/board/a'

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

describe.each([REDIS, NATS])('three processes over $name', (program) => {
  const test = hasBroker(program) ? it : it.skip
  let broker: Broker
  let servers: Child[]
  let clients: WireClient[]

  beforeEach(async () => {
    servers = []
    clients = []
    broker = await Broker.start(program)
    const env = { BROKER: program.name, BROKER_PORT: String(broker.port) }
    servers = await Promise.all([1, 2, 3].map(() => fork(fixture, { env, reportUnhandled: true })))
    const users = ['ann', 'ben', 'cat']
    for (const [index, server] of servers.entries()) {
      const url = `ws://127.0.0.1:${server.port}/?user=${users[index]}`
      const client = await WireClient.connect(url, { protocols: 'enfilade.v1' })
      clients.push(client)
      await client.call('join', room)
    }
    const [ann] = clients as [WireClient]
    await ann.nextPush(tells('join', 'cat'))
  })

  afterEach(async () => {
    for (const client of clients) client.terminate()
    await Promise.all(servers.map((server) => server.kill()))
    await broker.stop()
  })

  const ask = async (client: WireClient): Promise<Answer> => {
    const answer = (await client.call('ask', room)) as Answer
    answer.known.sort()
    return answer
  }

  const all = (status: string): Promise<unknown[]> =>
    Promise.all(
      servers.map((server) =>
        server.nextMessage((message) => (message as { status?: string }).status === status),
      ),
    )

  test('answer for all, and reach a user wherever they are', async () => {
    const [ann, ben, cat] = clients as [WireClient, WireClient, WireClient]
    for (const client of [ann, ben, cat]) expect(await ask(client)).toMatchObject(whole)
    await ben.call('$presence', room, { x: 1 })
    await ann.nextPush(tells('update', 'ben'))
    expect(await ann.call('mail', room, { text: 'hello' })).toBe(0)
    expect((await ben.nextPush('mail')).data).toEqual({ text: 'hello' })
    expect(await cat.call('revoke', room)).toBe(1)
    expect(await ben.closed).toMatchObject({ code: 4401 })
    expect(servers.map((server) => server.unhandled)).toEqual([[], [], []])
  })

  test('lose the members of one that is killed within 15 s', async () => {
    const [ann, , cat] = clients as [WireClient, WireClient, WireClient]
    const [one, two, three] = servers as [Child, Child, Child]
    await two.kill()
    const killedAt = performance.now()
    await Promise.all([ann, cat].map((each) => each.nextPush(tells('leave', 'ben'), 16_000)))
    expect(performance.now() - killedAt).toBeLessThanOrEqual(15_000)
    const left = { ...whole, count: { count: 2, partial: false }, known: ['ann', 'cat'], nodes: 2 }
    const answer = { ...left, ben: { connections: [], partial: false } }
    for (const client of [ann, cat]) expect(await ask(client)).toMatchObject(answer)
    expect([one, three].map((server) => server.unhandled)).toEqual([[], []])
  }, 30_000)

  test('answer for themselves while the broker is down, and for all when it is back', async () => {
    const [ann] = clients as [WireClient]
    const down = all('down')
    await broker.kill()
    await down
    const alone = await ask(ann)
    expect(alone).toMatchObject({
      count: { count: 1, partial: true },
      roster: { partial: true },
      ben: { connections: [], partial: true },
      known: ['ann', 'ben', 'cat'],
    })
    await ann.call('$presence', room, { x: 2 })
    const ready = all('ready')
    await broker.restart()
    await ready
    // The others hear of what they missed.
    for (const client of clients.slice(1)) {
      await client.nextPush((push) => JSON.stringify(push.data).includes('"x":2'))
    }
    // Each of them may still be on its way to one of the others.
    for (const client of clients) await within(untilWhole(client), 'answers for all')
  }, 30_000)

  /** Asks again and again; what it is told last has to be all of it. */
  async function untilWhole(client: WireClient): Promise<void> {
    let answer = await ask(client)
    while (JSON.stringify(answer).includes('"partial":true')) answer = await ask(client)
    expect(answer).toMatchObject(whole)
  }
})

/** Whether a push tells of a member. */
function tells(kind: 'join' | 'update' | 'leave', id: string): (push: WirePush) => boolean {
  return ({ event, data }) => {
    if (event !== '$presence') return false
    const members = (data as Record<string, unknown[] | undefined>)[kind] ?? []
    return JSON.stringify(members).includes(`"${id}"`)
  }
}
