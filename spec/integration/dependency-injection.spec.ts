import { describe, expect, it } from '@jest/globals'
import {
  BroadcastTransport,
  Controller,
  Join,
  MemoryBroadcastTransport,
  OnMessage,
  WsConnection,
  WsRoomManager,
  WsServer,
  type WsBroadcastTransport,
} from 'enfilade'
import { container, inject, injectable, singleton } from 'tsyringe'
import { startApp } from '../support/start-app.js'

describe('a controller', () => {
  @injectable()
  class Archive {
    read(): string {
      return 'the real archive'
    }
  }

  @Controller()
  class Counter {
    static built = 0
    #count = 0

    constructor(private readonly archive: Archive) {
      Counter.built++
    }

    @OnMessage('count')
    count(): number {
      return ++this.#count
    }

    @OnMessage('read')
    read(): string {
      return this.archive.read()
    }
  }

  it('is built once an app, at start-up, whoever connects', async () => {
    Counter.built = 0
    const { connect } = await startApp({ controllers: [Counter] })
    expect(Counter.built).toBe(1)
    const [ann, ben] = await Promise.all([connect(), connect()])
    await ann.call('count', '/')
    expect(await ben.call('count', '/')).toBe(2)
    expect(Counter.built).toBe(1)
  })

  it('is another one in another app', async () => {
    const [one, two] = await Promise.all([
      startApp({ controllers: [Counter] }),
      startApp({ controllers: [Counter] }),
    ])
    await (await one.connect()).call('count', '/')
    expect(await (await two.connect()).call('count', '/')).toBe(1)
  })

  it('gets the fake that a container of its own has under the class', async () => {
    const child = container.createChildContainer()
    child.register(Archive, { useValue: { read: () => 'a fake' } })
    const real = await (await startApp({ controllers: [Counter] })).connect()
    const fake = await (await startApp({ controllers: [Counter], container: child })).connect()
    expect(await real.call('read', '/')).toBe('the real archive')
    expect(await fake.call('read', '/')).toBe('a fake')
  })

  it('may be registered as a value or by a factory, which builds it its own way', async () => {
    interface Config {
      readonly name: string
    }
    @Controller()
    class Configured {
      constructor(private readonly config: Config) {}

      @OnMessage('name')
      name(): string {
        return this.config.name
      }
    }
    const made = container.createChildContainer()
    made.register(Configured, { useFactory: () => new Configured({ name: 'made' }) })
    const given = container.createChildContainer()
    given.register(Configured, { useValue: new Configured({ name: 'given' }) })
    const names = []
    for (const child of [made, given]) {
      const { connect } = await startApp({ controllers: [Configured], container: child })
      names.push(await (await connect()).call('name', '/'))
    }
    expect(names).toEqual(['made', 'given'])
  })

  it('that is a @singleton() is shared by apps', async () => {
    @singleton()
    @Controller()
    class Shared {
      #count = 0

      @OnMessage('count')
      count(): number {
        return ++this.#count
      }
    }
    const apps = [
      await startApp({ controllers: [Shared] }),
      await startApp({ controllers: [Shared] }),
    ]
    const counts = []
    for (const { connect } of apps) counts.push(await (await connect()).call('count', '/'))
    expect(counts).toEqual([1, 2])
  })

  it('does not leave anything behind in the container it was given', async () => {
    const child = container.createChildContainer()
    await startApp({ controllers: [Counter], container: child })
    expect(child.isRegistered(Counter)).toBe(false)
    expect(child.isRegistered(WsServer)).toBe(false)
  })

  it('is disposed of when the app closes', async () => {
    const disposed: string[] = []
    @Controller()
    class Owner {
      async dispose(): Promise<void> {
        await Promise.resolve()
        disposed.push('owner')
      }
    }
    const { stop } = await startApp({ controllers: [Owner] })
    await stop()
    expect(disposed).toEqual(['owner'])
  })
})

describe('what the app has to inject', () => {
  it('is its server, its rooms and its transport, the same as outside', async () => {
    const transport = new MemoryBroadcastTransport()
    @Controller()
    class Injected {
      constructor(
        readonly server: WsServer,
        readonly rooms: WsRoomManager<WsConnection>,
        @inject(BroadcastTransport) readonly transport: WsBroadcastTransport,
      ) {}
    }
    const { app } = await startApp({ controllers: [Injected], broadcastTransport: transport })
    const injected = app.container.resolve(Injected)
    expect(injected.server).toBe(app.server)
    expect(injected.rooms).toBe(app.rooms)
    expect(injected.transport).toBe(transport)
  })

  it('reaches services, which then broadcast', async () => {
    @injectable()
    class Announcer {
      constructor(
        private readonly server: WsServer,
        private readonly rooms: WsRoomManager<WsConnection>,
      ) {}

      announce(): void {
        this.server.broadcast('all', '/news', 1)
        this.rooms.broadcast('/room', 'room', '/room', 2)
      }
    }
    @Controller('/room')
    class Room {
      constructor(private readonly announcer: Announcer) {}

      @OnMessage('join')
      @Join()
      join(): void {}

      @OnMessage('announce')
      announce(): void {
        this.announcer.announce()
      }
    }
    const client = await (await startApp({ controllers: [Room] })).connect()
    await client.call('join', '/room')
    const pushes = await client.pushesUntil({ event: 'announce', path: '/room' })
    expect(pushes).toEqual([
      { event: 'all', path: '/news', data: 1 },
      { event: 'room', path: '/room', data: 2 },
    ])
  })
})
