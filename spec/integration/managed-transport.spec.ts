import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { createWsApp, type ManagedTransport, type ManagedTransportOptions } from 'enfilade'
import { RedisBroadcastTransport } from 'enfilade/redis'
import { Broker, hasBroker, REDIS } from '../support/broker.js'
import { within } from '../support/deadline.js'
import { ChatController } from '../support/fixtures/chat-controller.js'
import { Inbox } from '../support/inbox.js'
import { startApp, type StartedApp } from '../support/start-app.js'
import { becomes } from '../support/transport-events.js'

const room = '/chat/general'
const suite = hasBroker(REDIS) ? describe : describe.skip

suite('apps over a broker', () => {
  let broker: Broker
  let transports: ManagedTransport[]

  beforeEach(async () => {
    transports = []
    broker = await Broker.start(REDIS)
  })

  afterEach(async () => {
    await broker.kill()
    await Promise.all(transports.map((transport) => transport.close()))
    await broker.stop()
  })

  function makeTransport(options?: ManagedTransportOptions): ManagedTransport {
    const url = `redis://127.0.0.1:${broker.port}`
    const transport = new RedisBroadcastTransport({ url, ...options })
    transports.push(transport)
    return transport
  }

  function start(options?: ManagedTransportOptions): Promise<StartedApp> {
    return startApp({
      controllers: [ChatController],
      broadcastTransport: makeTransport(options),
    })
  }

  it('start degraded when it is down: local rooms work, and all is one when it comes', async () => {
    await broker.kill()
    const [one, two] = [await start(), await start()]
    const [ann, bob, cid] = [await one.connect(), await one.connect(), await two.connect()]
    for (const client of [ann, bob, cid]) await client.call('join', room)
    await ann.call('say', room, 'alone')
    expect((await bob.nextPush()).data).toBe('alone')
    await broker.restart()
    await Promise.all(transports.map((transport) => becomes(transport, 'ready')))
    await ann.call('say', room, 'together')
    expect((await cid.nextPush()).data).toBe('together')
    expect(cid.pushes).toHaveLength(1)
    expect(one.logger.entries.map(({ message }) => message)).toContain(
      'the broadcast transport is ready',
    )
  })

  it('do not start when it is down and the transport says so', async () => {
    await broker.kill()
    await expect(start({ joinsWhileDown: 'refuse' })).rejects.toThrow(
      'listen: the broadcast transport cannot subscribe',
    )
  })

  it('tell of its loss and its return, and of what was lost', async () => {
    const [one, two] = [await start(), await start()]
    const changes = new Inbox<string>('a status')
    const gaps = new Inbox<unknown>('a gap')
    await Promise.all(transports.map((transport) => becomes(transport, 'ready')))
    two.app.events.on('transport', ({ status }) => changes.push(status))
    two.app.events.on('gap', ({ channel, missed }) => gaps.push({ channel, missed }))
    const [ann, bob] = [await one.connect(), await two.connect()]
    for (const client of [ann, bob]) await client.call('join', room)
    await ann.call('say', room, 'before')
    await bob.nextPush()
    const noticed = Promise.all(transports.map((transport) => becomes(transport, 'down', 1_000)))
    await broker.kill()
    await noticed
    for (const text of ['lost', 'lost, too']) await ann.call('say', room, text)
    await broker.restart()
    await Promise.all(transports.map((transport) => becomes(transport, 'ready', 2_000)))
    await ann.call('say', room, 'after')
    await bob.nextPush(({ data }) => data === 'after')
    expect(bob.pushes.map(({ data }) => data)).toEqual(['before', 'after'])
    expect(gaps.all).toEqual([{ channel: `ws:room:${room}`, missed: 2 }])
    expect(changes.all.filter((status) => status !== 'degraded')).toEqual(['down', 'ready'])
  })

  it('close without delay when it hangs', async () => {
    const { app, connect } = await start()
    const ann = await connect()
    await ann.call('join', room)
    await broker.freeze()
    await ann.call('say', room, 'into the void')
    await within(app.close(), 'the end of the app', 2_000)
    await within(makeTransport().close(), 'the end of a transport that never connected', 2_000)
  })

  it('close the transport that their container made', async () => {
    const { port } = broker
    class OwnTransport extends RedisBroadcastTransport {
      constructor() {
        super({ redis: { host: '127.0.0.1', port } })
        transports.push(this)
      }
    }
    const app = createWsApp({
      controllers: [ChatController],
      broadcastTransport: OwnTransport,
      logger: false,
    })
    await app.listen(0, '127.0.0.1')
    await app.close()
    expect(transports[0]?.publish('ws:room:/a', 'too late')).toEqual({ accepted: false })
  })
})
