import { describe, expect, it } from '@jest/globals'
import {
  Broadcast,
  Controller,
  Data,
  Join,
  MemoryBroadcastHub,
  MemoryBroadcastTransport,
  OnMessage,
  type WsCodec,
} from 'enfilade'
import { startApp } from '../support/start-app.js'
import { failureOf } from '../support/outcome.js'
import { problemsOf } from '../support/compile-controllers.js'

@Controller('/chat/:room', { history: { size: 5 } })
class Chat {
  @OnMessage('join')
  @Join()
  join(): void {}

  @OnMessage('say')
  @Broadcast('said', { excludeSelf: false })
  say(@Data(Object) data: unknown): unknown {
    return data
  }
}

@Controller('/plain/:room')
class Plain {
  @OnMessage('join')
  @Join()
  join(): void {}

  @OnMessage('say')
  @Broadcast('said', { excludeSelf: false })
  say(): void {}
}

const path = '/chat/a'

describe('a room with history', () => {
  it('numbers its pushes, from where $joined says', async () => {
    const { connectV1 } = await startApp({ controllers: [Chat] })
    const ann = await connectV1()
    await ann.call('join', path)
    await ann.call('say', path, 1)
    await ann.call('say', path, [2])
    const ben = await connectV1()
    await ben.call('join', path)
    const joined = await ben.nextPush('$joined')
    expect(joined.data).toEqual({ epoch: expect.stringMatching(/./), seq: 2 })
    await ann.call('say', path, 3)
    expect(await ben.nextPush('said')).toEqual({
      event: 'said',
      path,
      params: { room: 'a' },
      data: 3,
      seq: 3,
    })
    expect(ann.pushes.flatMap(({ seq }) => seq ?? [])).toEqual([1, 2, 3])
  })

  it('has an epoch of its own after a restart', async () => {
    const epochs = []
    for (const _ of [1, 2]) {
      const { connectV1, stop } = await startApp({ controllers: [Chat] })
      const client = await connectV1()
      await client.call('join', path)
      const { data } = await client.nextPush('$joined')
      epochs.push((data as { epoch: string }).epoch)
      await stop()
    }
    expect(new Set(epochs).size).toBe(2)
  })

  it('numbers what comes from other processes, too', async () => {
    const hub = new MemoryBroadcastHub()
    const start = async (): Promise<Awaited<ReturnType<typeof startApp>>> =>
      startApp({ controllers: [Chat], broadcastTransport: new MemoryBroadcastTransport(hub) })
    const [here, there] = [await start(), await start()]
    const [ann, ben] = [await here.connectV1(), await there.connectV1()]
    await Promise.all([ann.call('join', path), ben.call('join', path)])
    here.app.rooms.broadcast(path, 'said', path, 'from here')
    there.app.rooms.broadcast(path, 'said', path, 'from there')
    for (const client of [ann, ben]) {
      const pushes = [await client.nextPush('said'), await client.nextPush('said')]
      expect(pushes.map(({ seq }) => seq)).toEqual([1, 2])
      expect(pushes.map(({ data }) => data).sort()).toEqual(['from here', 'from there'])
    }
  })

  it('hands the number to a codec of one’s own', async () => {
    const codec: WsCodec = {
      decode: (frame) => JSON.parse(frame as string) as unknown,
      encode: (record) => JSON.stringify(record),
    }
    const { connect } = await startApp({ controllers: [Chat], codec })
    const client = await connect()
    await client.call('join', path)
    await client.call('say', path, 1)
    expect(await client.nextPush('said')).toMatchObject({ data: 1, seq: 1 })
  })
})

it('a room without history numbers nothing', async () => {
  const { app, connect } = await startApp({ controllers: [Chat, Plain] })
  const client = await connect()
  await client.call('join', '/plain/a')
  app.rooms.broadcast('/plain/a', 'said', '/plain/a')
  expect(await client.nextPush('said')).toEqual({ event: 'said', path: '/plain/a' })
})

describe('history as a function', () => {
  const asked: unknown[] = []

  @Controller('/by/:team/:room', {
    history: ({ team, room }, name) => {
      asked.push(name)
      if (team === 'odd') return { size: 0 }
      return room === 'plain' ? undefined : room === 'long' || { size: 1 }
    },
  })
  class Chosen {
    @OnMessage('join')
    @Join()
    join(): void {}
  }

  it('decides about each room, when it opens', async () => {
    const { app, connectV1 } = await startApp({ controllers: [Chosen], recovery: true })
    const ann = await connectV1()
    const { session } = (await ann.nextPush('$welcome')).data as { session: string }
    const rooms: Record<string, unknown> = {}
    for (const name of ['plain', 'long', 'a%20b']) {
      const room = `/by/x/${name}`
      await ann.call('join', room)
      rooms[room] = (await ann.nextPush('$joined')).data
    }
    expect(asked).toEqual(Object.keys(rooms))
    expect(rooms['/by/x/plain']).toEqual({ epoch: '', seq: 0 })
    for (const room of Object.keys(rooms)) {
      for (const data of [1, 2]) app.rooms.broadcast(room, 'said', room, data)
    }
    await ann.call('$ping', '/')
    ann.terminate()
    while (app.server.size > 0) await new Promise(setImmediate)
    const back = await connectV1()
    expect(await back.call('$resume', '/', { session, rooms })).toEqual({
      resumed: true,
      rooms: { '/by/x/plain': 'gap', '/by/x/long': 'recovered', '/by/x/a%20b': 'gap' },
    })
    expect(asked).toHaveLength(3)
  })

  it('is a 500 for who enters, and an error in the log, when it chooses nonsense', async () => {
    const { connect, logger } = await startApp({ controllers: [Chosen] })
    const client = await connect()
    expect(await failureOf(client.call('join', '/by/odd/a'))).toMatchObject({ code: 500 })
    const [entry] = logger.errors()
    expect(entry?.fields.err).toMatchObject({
      name: 'TypeError',
      message: expect.stringContaining(
        'Chosen, of the room "/by/odd/a": @Controller: history.size must be a whole number',
      ),
    })
    await client.call('join', '/by/even/a')
  })
})

describe('the option history', () => {
  it.each([
    [0, '@Controller: history: 0 is no object of options'],
    [{ size: 0 }, 'history.size must be a whole number from 1 to 10000, got 0'],
    [{ ttl: 0.5 }, 'history.ttl must be a whole number from 1 to 86400, got 0.5'],
    [{ length: 5 }, 'length is no option'],
  ])('cannot be %j', (history, text) => {
    @Controller('/a', { history: history as never })
    class Wrong {
      @OnMessage('say')
      say(): void {}
    }
    expect(problemsOf([Wrong])).toMatchObject([{ problem: expect.stringContaining(text) }])
  })

  it('needs a prefix', () => {
    @Controller('/', { history: true })
    class Wrong {
      @OnMessage('say')
      say(): void {}
    }
    expect(problemsOf([Wrong])).toMatchObject([
      { problem: '@Controller: history, but there is no prefix' },
    ])
  })
})
