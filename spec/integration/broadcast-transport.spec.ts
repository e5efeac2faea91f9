import { describe, expect, it } from '@jest/globals'
import {
  BroadcastTransport,
  Controller,
  createWsApp,
  Join,
  Leave,
  MemoryBroadcastHub,
  MemoryBroadcastTransport,
  OnMessage,
  WsDefinitionError,
  type WsAppOptions,
  type WsNode,
} from 'enfilade'
import { container } from 'tsyringe'
import { defer } from '../support/deadline.js'
import { FakeTransport } from '../support/fake-transport.js'
import { ChatController } from '../support/fixtures/chat-controller.js'
import { nextTurn } from '../support/next-turn.js'
import { createRecordingLogger } from '../support/recording-logger.js'
import { startApp, type StartedApp } from '../support/start-app.js'
import type { WireClient } from '../support/wire-client.js'

const room = '/chat/general'
const channel = `ws:room:${room}`
const controllers = [ChatController]
const down = new Error('the broker is down')

function startOver(broadcastTransport: WsAppOptions['broadcastTransport']): Promise<StartedApp> {
  return startApp({ controllers, ...(broadcastTransport !== undefined && { broadcastTransport }) })
}

async function member(started: StartedApp): Promise<WireClient> {
  const client = await started.connect()
  await client.call('join', room)
  return client
}

function syncTransport(): FakeTransport {
  const transport = new FakeTransport()
  transport.isSync = true
  return transport
}

describe('apps of one process that share a hub', () => {
  it('are one room: each message comes once, and not to its sender', async () => {
    const hub = new MemoryBroadcastHub()
    const apps = await Promise.all(
      [1, 2, 3].map(() => startOver(new MemoryBroadcastTransport(hub))),
    )
    const members = await Promise.all(apps.map(member))
    const [ann, ...others] = members as [WireClient, ...WireClient[]]
    const outsider = await apps[1]!.connect()
    await ann.call('say', room, 'from a member')
    for (const client of others) expect((await client.nextPush()).data).toBe('from a member')
    await outsider.call('say', room, 'from outside')
    for (const client of members) expect((await client.nextPush()).data).toBe('from outside')
    await outsider.call('shout', room, 'from the server')
    for (const client of [...members, outsider]) {
      expect((await client.nextPush()).data).toBe('from the server')
    }
    expect(members.map((client) => client.pushes.length)).toEqual([2, 3, 3])
    expect(outsider.pushes).toHaveLength(1)
  })

  it('leave nothing behind in the hub', async () => {
    const hub = new MemoryBroadcastHub()
    const started = await startOver(new MemoryBroadcastTransport(hub))
    await member(started)
    // The room; everyone, users, all processes, and this one of them.
    expect(hub.channels).toBe(1 + 4)
    await started.stop()
    expect(hub.channels).toBe(0)
  })
})

describe('a transport', () => {
  it('is subscribed by the first member of a room and left by the last', async () => {
    const transport = syncTransport()
    const started = await startOver(transport)
    const [ann, bob] = [await member(started), await member(started)]
    await ann.call('leave', room)
    const rooms = (): string[] => transport.calls.filter((call) => call.endsWith(channel))
    expect(rooms()).toEqual([`subscribe ${channel}`])
    await bob.call('leave', room)
    expect(rooms()).toEqual([`subscribe ${channel}`, `unsubscribe ${channel}`])
    const [{ id }] = started.app.server.nodes() as [WsNode]
    const own = ['ws:everyone', 'ws:users', 'ws:cluster', `ws:cluster:${id}`]
    await started.stop()
    const subscribed = own.map((name) => `subscribe ${name}`)
    expect(transport.calls.slice(0, 6)).toEqual([...subscribed, ...rooms()])
    const left = own.map((name) => `unsubscribe ${name}`)
    expect(transport.calls.slice(6).sort()).toEqual(left.sort())
  })

  it('keeps the reply to a join waiting until it has subscribed', async () => {
    const transport = syncTransport()
    const started = await startOver(transport)
    transport.isSync = false
    const client = await started.connect()
    let isJoined = false
    const joined = client.call('join', room).then(() => (isJoined = true))
    expect(await client.call('ping', room)).toBe('pong')
    expect(isJoined).toBe(false)
    transport.next().resolve()
    await joined
    expect(started.app.rooms.connections(room).size).toBe(1)
    transport.isSync = true
  })

  it('that cannot subscribe refuses joins with 503, and recovers', async () => {
    const transport = syncTransport()
    const started = await startOver(transport)
    const client = await started.connect()
    transport.isSync = false
    const refused = [client.call('join', room), client.call('join', room)]
    await client.call('ping', room)
    transport.next().reject(down)
    for (const outcome of await Promise.allSettled(refused)) {
      expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 503 } })
    }
    expect(started.logger.errors()[0]).toMatchObject({ fields: { err: down, channel } })
    transport.isSync = true
    await client.call('join', room)
    expect(transport.handlers.has(channel)).toBe(true)
  })

  it('that cannot publish is logged, and members here are served', async () => {
    const transport = syncTransport()
    const started = await startOver(transport)
    const [ann, bob] = [await member(started), await member(started)]
    transport.publish = () => Promise.reject(down)
    await ann.call('say', room, 'hello')
    await ann.call('shout', room, 'all')
    expect([(await bob.nextPush()).data, (await bob.nextPush()).data]).toEqual(['hello', 'all'])
    expect(started.logger.errors().map(({ fields }) => [fields.err, fields.channel])).toEqual([
      [down, channel],
      [down, 'ws:everyone'],
    ])
  })

  it('that cannot unsubscribe keeps nobody from leaving', async () => {
    const transport = syncTransport()
    const started = await startOver(transport)
    const ann = await member(started)
    transport.unsubscribe = () => {
      throw down
    }
    expect(await ann.call('leave', room)).toBe(true)
    expect(started.app.rooms.size).toBe(0)
  })

  it('that hands on nonsense is logged, and harms nobody', async () => {
    const transport = syncTransport()
    const started = await startOver(transport)
    const ann = await member(started)
    for (const each of [channel, 'ws:everyone']) transport.receive(each, 'nonsense')
    expect(await ann.pushesUntil({ event: 'ping', path: room })).toEqual([])
    expect(started.logger.errors().map(({ fields }) => fields.channel)).toEqual([
      channel,
      'ws:everyone',
    ])
  })

  it('is left in peace before it is disposed of', async () => {
    const order: string[] = []
    class Slow extends FakeTransport {
      override isSync = true

      override async unsubscribe(name: string): Promise<void> {
        await nextTurn()
        await nextTurn()
        order.push(`left ${name}`)
      }

      dispose(): void {
        order.push('disposed')
      }
    }
    const started = await startOver(Slow)
    await member(started)
    await started.stop()
    expect(order.slice(0, -1)).toEqual(
      expect.arrayContaining(['left ws:everyone', 'left ws:cluster', `left ${channel}`]),
    )
    expect([order.length, order.at(-1)]).toEqual([6, 'disposed'])
  })
})

describe('listen', () => {
  it('rejects when the transport cannot subscribe, with its reason, and may be tried again', async () => {
    const transport = new FakeTransport()
    const app = createWsApp({ controllers, broadcastTransport: transport, logger: false })
    const listening = app.listen(0, '127.0.0.1')
    transport.next().reject(down)
    await expect(listening).rejects.toMatchObject({
      message: 'listen: the broadcast transport cannot subscribe',
      cause: down,
    })
    transport.isSync = true
    expect((await app.listen(0, '127.0.0.1')).port).toBeGreaterThan(0)
    await app.close()
    expect(transport.handlers.size).toBe(0)
  })

  it('gives the subscription back when the port is taken', async () => {
    const transport = syncTransport()
    const taken = await startOver(undefined)
    const app = createWsApp({ controllers, broadcastTransport: transport, logger: false })
    await expect(app.listen(taken.port, '127.0.0.1')).rejects.toThrow(/cannot listen/)
    expect(transport.handlers.size).toBe(0)
    await app.close()
    expect(transport.faults).toEqual([])
  })

  it('rejects when the app is closed while it subscribes, and listens to nothing', async () => {
    const transport = new FakeTransport()
    const app = createWsApp({ controllers, broadcastTransport: transport, logger: false })
    const listening = app.listen(0, '127.0.0.1')
    const closed = app.close()
    transport.isSync = true
    transport.next().resolve()
    await expect(listening).rejects.toThrow('listen: the app has been closed')
    await closed
    expect(transport.handlers.size).toBe(0)
  })

  it('need not have been called for close', async () => {
    const transport = new FakeTransport()
    await createWsApp({ controllers, broadcastTransport: transport, logger: false }).close()
    expect(transport.calls).toEqual([])
  })
})

describe('the option broadcastTransport', () => {
  class Own extends MemoryBroadcastTransport {
    constructor() {
      super(new MemoryBroadcastHub())
    }
  }
  const TOKEN = Symbol('a transport')

  it.each([
    ['an instance', () => ({ broadcastTransport: new Own() })],
    ['a class', () => ({ broadcastTransport: Own })],
    [
      'a token of the container',
      () => {
        const child = container.createChildContainer()
        child.registerSingleton(TOKEN, Own)
        return { container: child, broadcastTransport: TOKEN }
      },
    ],
    [
      'left out for what the container has',
      () => {
        const child = container.createChildContainer()
        child.registerSingleton(BroadcastTransport as symbol, Own)
        return { container: child }
      },
    ],
  ])('may be %s, which BroadcastTransport then stands for', (_what, options) => {
    const app = createWsApp({ controllers, logger: false, ...options() })
    expect(app.container.resolve(BroadcastTransport)).toBeInstanceOf(Own)
    expect(app.container.resolve(BroadcastTransport)).toBe(
      app.container.resolve(BroadcastTransport),
    )
    return app.close()
  })

  class Half {
    publish(): void {}
  }
  class Broken {
    constructor() {
      throw down
    }
  }

  it.each<[string, unknown, RegExp]>([
    ['an object without the methods', { publish: () => undefined }, /have publish, subscribe/],
    ['a number', 7, /injection token.*got 7/],
    ['null', null, /injection token.*got null/],
    [
      'a token that nothing is registered under',
      Symbol('lost'),
      /Symbol\(lost\) is not registered/,
    ],
    ['a name that nothing is registered under', 'redis', /"redis" is not registered/],
    ['a class without the methods', Half, /Half.*no transport/],
    ['a class that cannot be made', Broken, /the broker is down/],
  ])('is reported when it is %s', (_what, broadcastTransport, expected) => {
    const options = { controllers, broadcastTransport } as unknown as WsAppOptions
    let report = ''
    try {
      createWsApp(options)
    } catch (error) {
      if (error instanceof WsDefinitionError) report = error.message
    }
    expect(report).toMatch(/createWsApp\.broadcastTransport/)
    expect(report).toMatch(expected)
  })
})

describe('a leave while the handler of a join runs', () => {
  it('is not undone by it', async () => {
    const work = defer<string>()
    @Controller('/chat/:room')
    class Slow {
      @OnMessage('join')
      @Join()
      join(): Promise<string> {
        return work.promise
      }

      @OnMessage('leave')
      @Leave()
      leave(): void {}
    }
    const started = await startApp({ controllers: [Slow], logger: createRecordingLogger() })
    const client = await started.connect()
    const joined = client.call('join', room)
    await client.call('leave', room)
    work.resolve('recent')
    expect(await joined).toBe('recent')
    expect(started.app.rooms.size).toBe(0)
  })
})
