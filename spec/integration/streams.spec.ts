import { describe, expect, it } from '@jest/globals'
import { Broadcast, Controller, OnMessage, WsDefinitionError, createWsApp } from 'enfilade'
import { msgpack } from 'enfilade/msgpack'
import { within } from '../support/deadline.js'
import { openClient, reasonOf } from '../support/open-client.js'
import {
  all,
  ended,
  gate,
  given,
  path,
  reached,
  request,
  settled,
  settledTo,
  signals,
  start,
} from '../support/streaming-app.js'

describe('client.stream', () => {
  it('gives the items in order, then ends', async () => {
    const started = await start()
    const { client } = openClient(started.url)
    expect(await all(client.stream('count', path, 500))).toEqual([...Array(500).keys()])
    expect(ended).toEqual(['count'])
    await settled(started)
    expect(started.app.counters).toMatchObject({ inFlight: 0, replies: 1 })
  })

  it('of nothing ends at once', async () => {
    const { client } = openClient((await start()).url)
    expect(await all(client.stream('count', path, 0))).toEqual([])
  })

  it('reads any async iterable of a handler that is marked with @Stream', async () => {
    const { client } = openClient((await start()).url)
    expect(await all(client.stream('iterable', path))).toEqual(['item', 'item'])
    expect(await client.call('maybe', path)).toBe('no stream')
  })

  it('is in MessagePack where the client is, and in rooms', async () => {
    const { client } = openClient((await start()).url, { codec: msgpack() })
    const items = await all(client.room(path).stream('bytes'))
    expect(items).toEqual([new Uint8Array([1, 2]), null, {}])
  })

  it('keeps several apart', async () => {
    const { client } = openClient((await start()).url)
    const streams = [10, 20, 30].map((to) => all(client.stream<number>('count', path, to)))
    expect((await Promise.all(streams)).map((list) => list.length)).toEqual([10, 20, 30])
  })

  it('asks for nothing before its first item is wanted', async () => {
    const started = await start()
    const { client, become } = openClient(started.url)
    await become('open')
    client.stream('count', path, 3)
    await client.call('plain', path)
    expect(given).toBe(0)
  })

  it.each<[string, string, unknown, object]>([
    ['an error of the handler', 'fail', 418, { code: 418, message: 'No more', details: { at: 1 } }],
    [
      'a fault of the handler, without its text',
      'fail',
      0,
      { code: 500, message: 'Internal Error' },
    ],
    ['500 for an item that cannot be written', 'unwritable', null, { code: 500 }],
    ['400 for a handler that does not stream', 'plain', null, { code: 400 }],
    ['400 for data that is not valid', 'count', 'x', { code: 400 }],
    ['404 for what nobody handles', 'nothing', null, { code: 404 }],
  ])('throws %s, behind what came before', async (_what, event, data, error) => {
    const { client } = openClient((await start()).url)
    const came: unknown[] = []
    const read = async (): Promise<void> => {
      for await (const item of client.stream(event, path, data)) came.push(item)
    }
    expect(await reasonOf(read())).toMatchObject(error)
    expect(came).toEqual(['fail', 'unwritable'].includes(event) ? [1] : [])
    if (event === 'unwritable') expect(ended).toEqual(['unwritable'])
  })

  it('throws 503 when the connection is lost, and the handler ends', async () => {
    const started = await start()
    const { client } = openClient(started.url)
    const items = client.stream('wait', path)
    await items.next()
    await reached.promise
    const lost = reasonOf(items.next())
    const [connection] = started.app.server.connections()
    connection?.close(1012)
    expect(await lost).toMatchObject({ code: 503 })
    expect(signals.at(-1)?.aborted).toBe(true)
    gate.resolve()
    await settled(started)
    expect(ended).toEqual(['wait'])
    expect(await items.next()).toEqual({ done: true, value: undefined })
  })

  it('waits for the connection, and gives up after its time', async () => {
    const { client } = openClient('ws://127.0.0.1:1')
    const items = client.stream('count', path, 1, { timeout: 10 })
    expect(await reasonOf(items.next())).toMatchObject({ code: 408 })
  })

  it('rejects with 503 when the client is closed', async () => {
    const { client } = openClient((await start()).url)
    const items = client.stream('wait', path)
    await items.next()
    const last = reasonOf(items.next())
    client.close()
    expect(await last).toMatchObject({ code: 503 })
    expect(await reasonOf(client.stream('count', path, 1).next())).toMatchObject({ code: 503 })
  })

  it.each([0, 1025, 1.5, NaN])('takes no window of %p', async (window) => {
    const { client } = openClient((await start()).url)
    expect(() => client.stream('count', path, 1, { window })).toThrow(RangeError)
  })
})

describe('who stops reading', () => {
  it('by a break ends the handler: its finally runs', async () => {
    const started = await start()
    const { client } = openClient(started.url)
    for await (const item of client.stream('count', path, 1e9)) if (item === 5) break
    await settled(started)
    expect(ended).toEqual(['count'])
    expect(await client.call('plain', path)).toBe('plain')
  })

  it('by a signal ends it, with the reason of the signal', async () => {
    const started = await start()
    const { client } = openClient(started.url)
    const abort = new AbortController()
    const items = client.stream('wait', path, undefined, { signal: abort.signal })
    await items.next()
    await reached.promise
    const last = reasonOf(items.next())
    abort.abort(new Error('enough'))
    expect(await last).toMatchObject({ message: 'enough' })
    const told = signals.at(-1)
    if (told?.aborted !== true)
      await new Promise((resolve) => told?.addEventListener('abort', resolve))
    gate.resolve()
    await settled(started)
    expect(ended).toEqual(['wait'])
    const before = client.stream('count', path, 1, { signal: abort.signal })
    expect(await reasonOf(before.next())).toMatchObject({ message: 'enough' })
  })
})

describe('flow control', () => {
  it('gives no more than the window before items are taken', async () => {
    const started = await start()
    const { client } = openClient(started.url)
    const items = client.stream<number>('count', path, 1e9, { window: 8 })
    expect(await items.next()).toEqual({ done: false, value: 0 })
    // Behind what the stream has sent.
    for (let round = 0; round < 5; round++) await client.call('plain', path)
    expect(given).toBe(8)
    for (let n = 1; n <= 5; n++) expect((await items.next()).value).toBe(n)
    for (let round = 0; round < 5; round++) await client.call('plain', path)
    expect(given).toBeLessThanOrEqual(6 + 8)
    expect(given).toBeGreaterThan(8)
    await items.return?.()
  })

  it('keeps many large items out of memory when nobody reads the socket', async () => {
    const limit = 256 * 1024
    const started = await start({ backpressure: { limit, policy: 'close' } })
    const slow = await started.connectV1()
    await slow.nextPush('$welcome')
    const [connection] = started.app.server.connections()
    slow.pause()
    slow.sendRaw(request(1, 'large', 32_000, 1024))
    let most = 0
    const before = process.memoryUsage().rss
    for (let turn = 0; turn < 500; turn++) {
      await new Promise(setImmediate)
      most = Math.max(most, connection?.bufferedAmount ?? 0)
    }
    expect(most).toBeLessThan(limit)
    expect(connection?.isOpen).toBe(true)
    expect(given).toBeLessThan(1024)
    expect(process.memoryUsage().rss - before).toBeLessThan(64 * 1024 * 1024)
    slow.resume()
    while (given < 1024) await new Promise(setImmediate)
    slow.terminate()
    await settled(started)
    expect(ended).toEqual(['large'])
  })

  it('counts streams as messages in flight, and still hears how they go on', async () => {
    const started = await start({ maxInFlight: 2 })
    const { client } = openClient(started.url)
    const streams = [1, 2].map(() => client.stream<number>('count', path, 1e9, { window: 2 }))
    for (const items of streams) await items.next()
    expect(await reasonOf(client.call('plain', path))).toMatchObject({ code: 429 })
    for (const items of streams) for (let n = 1; n < 20; n++) await items.next()
    await streams[0]?.return?.()
    await settledTo(started, 1)
    expect(await client.call('plain', path)).toBe('plain')
    await streams[1]?.return?.()
    await settled(started)
  })

  it('goes on when what was said of credit went over the rate limit', async () => {
    const { url } = await start({ rateLimit: { perSecond: 20, burst: 5 } })
    const { client } = openClient(url)
    const items = await all(client.stream('count', path, 40, { window: 4 }))
    expect(items).toHaveLength(40)
  })
})

describe('a handler', () => {
  it('that takes too long for an item is 408, and told to end', async () => {
    const started = await start()
    const { client } = openClient(started.url)
    const items = client.stream('hang', path)
    expect(await items.next()).toEqual({ done: false, value: 'first' })
    expect(await reasonOf(items.next())).toMatchObject({ code: 408 })
    expect(signals.at(-1)?.aborted).toBe(true)
    gate.resolve()
    await client.call('plain', path)
    expect(ended).toEqual(['hang'])
  })

  it('is waited for by the next of its @Serial', async () => {
    const { client } = openClient((await start()).url)
    const first = client.stream('in turn', path, 1)
    await first.next()
    const second = all(client.stream('in turn', path, 2))
    gate.resolve()
    expect([...(await all(first)), ...(await second)]).toEqual([1, 2, 2])
  })

  it('cannot stream to a whole room', () => {
    @Controller('/wrong')
    class Wrong {
      @OnMessage('a')
      @Broadcast()
      async *a(): AsyncGenerator<number> {
        yield 1
      }
    }
    const make = (): unknown => createWsApp({ controllers: [Wrong], logger: false })
    expect(make).toThrow(WsDefinitionError)
    expect(make).toThrow('Wrong.a: @Broadcast of a stream')
  })
})

it('a thousand streams that are given up at random leave nothing', async () => {
  const started = await start({ rateLimit: false, maxInFlight: 1000 })
  const opened = Array.from({ length: 4 }, () => openClient(started.url))
  await Promise.all(opened.map(({ become }) => become('open')))
  const clients = opened.map(({ client }) => client)
  const one = async (index: number): Promise<void> => {
    const client = clients[index % clients.length]!
    const abort = new AbortController()
    const stream = client.stream<number>('count', path, 1e9, { window: 4, signal: abort.signal })
    const stopAt = (index * 7) % 23
    try {
      for await (const item of stream) {
        if (item < stopAt) continue
        if (index % 3 === 0) break
        if (index % 3 === 1) abort.abort()
        else throw new Error('thrown')
      }
    } catch {
      // Given up.
    }
  }
  await within(Promise.all(Array.from({ length: 1000 }, (_, index) => one(index))), 'all', 30_000)
  await settled(started)
  expect(ended).toHaveLength(1000)
  expect(started.app.counters.inFlight).toBe(0)
  const late = Array.from({ length: 50 }, () => clients[0]!.stream('wait', path))
  await Promise.all(late.map((items) => items.next()))
  gate.resolve()
  clients[0]?.close()
  await settled(started)
  expect(ended).toHaveLength(1050)
}, 60_000)
