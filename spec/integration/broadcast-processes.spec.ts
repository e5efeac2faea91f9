import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { fork, type Child } from '../support/fork.js'
import { TcpBroadcastHub } from '../support/tcp-broadcast-hub.js'
import { WireClient } from '../support/wire-client.js'

const fixture = 'spec/support/fixtures/chat-over-hub.ts'
const room = '/chat/general'

let hub: TcpBroadcastHub
let servers: Child[]
let clients: WireClient[]

beforeEach(async () => {
  clients = []
  servers = []
  hub = await TcpBroadcastHub.start()
  const start = (): Promise<Child> =>
    fork(fixture, { env: { HUB_PORT: String(hub.port) }, reportUnhandled: true })
  servers = await Promise.all([start(), start()])
})

afterEach(async () => {
  for (const client of clients) client.terminate()
  await Promise.all(servers.map((server) => server.kill()))
  await hub.close()
})

async function connect(server: number): Promise<WireClient> {
  const client = await WireClient.connect(`ws://127.0.0.1:${servers[server]?.port}`)
  clients.push(client)
  return client
}

/** Ends what everybody hears: behind it nothing can be under way any more. */
async function lastWord(from: WireClient, ...to: WireClient[]): Promise<void> {
  await from.call('say', room, 'the end')
  const isLast = (push: { data?: unknown }): boolean => push.data === 'the end'
  await Promise.all(to.map((client) => client.nextPush(isLast)))
}

function heard(client: WireClient): unknown[] {
  return client.pushes.map(({ data }) => data)
}

describe('two processes over a transport that redelivers', () => {
  it('are one room: each message comes once, in order, and not to its sender', async () => {
    const [ann, bob, cid] = [await connect(0), await connect(0), await connect(1)]
    for (const client of [ann, bob, cid]) await client.call('join', room)
    const texts = Array.from({ length: 50 }, (_, index) => `message ${index} ünï 💬\n`)
    for (const text of texts) await ann.call('say', room, text)
    await lastWord(ann, bob, cid)
    expect([heard(bob), heard(cid)]).toEqual([
      [...texts, 'the end'],
      [...texts, 'the end'],
    ])
    await cid.call('say', room, 'back')
    await Promise.all([ann, bob].map((client) => client.nextPush((push) => push.data === 'back')))
    expect([heard(ann), heard(bob).at(-1), heard(cid).at(-1)]).toEqual([
      ['back'],
      'back',
      'the end',
    ])
    expect(cid.pushes[0]).toEqual({
      event: 'said',
      path: room,
      params: { room: 'general' },
      data: texts[0],
    })
  })

  it('keep rooms apart, also for a sender who is in none', async () => {
    const [ann, cid] = [await connect(0), await connect(1)]
    await cid.call('join', room)
    await ann.call('say', '/chat/other', 'elsewhere')
    await lastWord(ann, cid)
    expect([heard(ann), heard(cid)]).toEqual([[], ['the end']])
    await cid.call('leave', room)
    await ann.call('say', room, 'too late')
    await cid.call('join', room)
    await lastWord(ann, cid)
    expect(heard(cid)).toEqual(['the end', 'the end'])
  })

  it('hear what the server says to all, members and others, once', async () => {
    const everyone = [await connect(0), await connect(0), await connect(1)]
    const [ann] = everyone as [WireClient]
    await ann.call('shout', room, 'hear, hear')
    for (const client of everyone) {
      expect(await client.nextPush()).toEqual({
        event: 'shouted',
        path: '/everywhere',
        data: 'hear, hear',
      })
    }
    for (const client of everyone) await client.call('join', room)
    await lastWord(ann, ...everyone.slice(1))
    expect(everyone.map((client) => client.pushes.length)).toEqual([1, 2, 2])
  })

  it('go on when one is killed, and take in a new one', async () => {
    const [ann, bob, cid] = [await connect(0), await connect(0), await connect(1)]
    for (const client of [ann, bob, cid]) await client.call('join', room)
    await servers[1]?.kill()
    expect((await cid.closed).code).toBe(1006)
    await ann.call('say', room, 'still here')
    expect((await bob.nextPush()).data).toBe('still here')
    servers.push(await fork(fixture, { env: { HUB_PORT: String(hub.port) } }))
    const dan = await connect(2)
    await dan.call('join', room)
    await dan.call('say', room, 'new here')
    expect((await ann.nextPush()).data).toBe('new here')
    expect(servers[0]?.unhandled).toEqual([])
  })

  it('go on alone when the hub is gone: rooms they are in work, new ones are refused', async () => {
    const [ann, bob] = [await connect(0), await connect(0)]
    for (const client of [ann, bob]) await client.call('join', room)
    await hub.close()
    hub = await TcpBroadcastHub.start()
    await expect(ann.call('join', '/chat/new')).rejects.toMatchObject({ code: 503 })
    await ann.call('say', room, 'alone')
    expect((await bob.nextPush()).data).toBe('alone')
    expect(servers[0]?.unhandled).toEqual([])
  })
})
