import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { Broker, hasBroker, NATS, REDIS } from '../support/broker.js'
import { fork, type Child } from '../support/fork.js'
import { WireClient } from '../support/wire-client.js'

const fixture = 'spec/support/fixtures/chat-over-broker.ts'
const room = '/chat/general'

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
    const start = (): Promise<Child> => fork(fixture, { env, reportUnhandled: true })
    servers = await Promise.all([start(), start(), start()])
    for (const server of servers) {
      const client = await WireClient.connect(`ws://127.0.0.1:${server.port}`)
      clients.push(client)
      await client.call('join', room)
    }
  })

  afterEach(async () => {
    for (const client of clients) client.terminate()
    await Promise.all(servers.map((server) => server.kill()))
    await broker.stop()
  })

  const all = (status: string): Promise<unknown[]> =>
    Promise.all(
      servers.map((server) =>
        server.nextMessage((message) => (message as { status?: string }).status === status),
      ),
    )

  const heard = (client: WireClient): unknown[] => client.pushes.map(({ data }) => data)

  test('are one room, in order and without doubles, also after it was killed', async () => {
    const [ann, bob, cid] = clients as [WireClient, WireClient, WireClient]
    const texts = Array.from({ length: 200 }, (_, index) => `message ${index} ünï 💬\n`)
    await Promise.all(texts.map((text) => ann.call('say', room, text)))
    await Promise.all([bob, cid].map((each) => each.nextPush(({ data }) => data === texts.at(-1))))
    const noticed = all('down')
    await broker.kill()
    await noticed
    await ann.call('say', room, 'nobody hears this')
    const ready = all('ready')
    await broker.restart()
    await ready
    await ann.call('say', room, 'back')
    await Promise.all([bob, cid].map((each) => each.nextPush(({ data }) => data === 'back')))
    for (const client of [bob, cid]) {
      expect([...heard(client)].sort()).toEqual([...texts, 'back'].sort())
      expect(heard(client)).toEqual(heard(bob))
    }
    expect(servers.map((server) => server.unhandled)).toEqual([[], [], []])
  })
})
