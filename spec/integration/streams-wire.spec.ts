import { beforeEach, describe, expect, it } from '@jest/globals'
import type { StartedApp } from '../support/start-app.js'
import { ended, given, path, reached, request, start } from '../support/streaming-app.js'
import type { WireClient } from '../support/wire-client.js'

describe('who asks for no stream', () => {
  it('gets a list, up to a bound', async () => {
    const { connect } = await start()
    const client = await connect()
    expect(await client.call('count', path, 1000)).toHaveLength(1000)
    await expect(client.call('count', path, 1001)).rejects.toMatchObject({ code: 413 })
    expect(ended).toEqual(['count', 'count'])
    await expect(client.call('fail', path, 418)).rejects.toMatchObject({ code: 418 })
    await expect(client.call('hang', path)).rejects.toMatchObject({ code: 408 })
  })

  it('and no reply gets $error, and the handler is not run', async () => {
    const client = await (await start()).connectV1()
    client.send('count', path, 3)
    const { data } = await client.nextPush('$error')
    expect(data).toMatchObject({ code: 400, event: 'count' })
    expect(given).toBe(0)
  })
})

describe('on the wire', () => {
  let started: StartedApp
  let client: WireClient

  beforeEach(async () => {
    started = await start()
    client = await started.connectV1()
    await client.nextPush('$welcome')
  })

  it('a stream is $item pushes and then the reply', async () => {
    client.sendRaw(request('a', 'count', 2, 5))
    expect(await client.nextPush()).toEqual({ event: '$item', path, data: { id: 'a' } })
    expect(await client.nextPush()).toEqual({ event: '$item', path, data: { id: 'a', data: 0 } })
    expect(await client.nextPush()).toEqual({ event: '$item', path, data: { id: 'a', data: 1 } })
    await client.call('plain', path)
    expect(client.strays).toEqual([{ id: 'a', data: 'done' }])
  })

  it.each<[string, object, object | undefined]>([
    ['no id', { data: { event: 'count', credit: 1 } }, undefined],
    ['no event', { id: 9, data: { credit: 1 } }, { id: 9 }],
    ['a reserved event', { id: 9, data: { event: '$ping', credit: 1 } }, { id: 9 }],
    ['no credit', { id: 9, data: { event: 'count' } }, { id: 9 }],
    ['too much credit', { id: 9, data: { event: 'count', credit: 1025 } }, { id: 9 }],
    ['no data', { id: 9 }, { id: 9 }],
  ])('a $stream with %s is 400', async (_what, message, reply) => {
    client.sendRaw(JSON.stringify({ event: '$stream', path, ...message }))
    if (reply) {
      await client.call('plain', path)
      expect(client.strays).toMatchObject([{ ...reply, error: { code: 400 } }])
    } else {
      expect((await client.nextPush('$error')).data).toMatchObject({ code: 400 })
    }
    expect(given).toBe(0)
  })

  it.each([
    ['$credit', {}],
    ['$credit', { id: 1, upTo: 0 }],
    ['$credit', { id: 1, upTo: 1e9 }],
    ['$credit', { id: {}, upTo: 3 }],
    ['$cancel', null],
  ])('%s with %j is 400', async (event, data) => {
    client.sendRaw(request(1, 'wait', null, 1))
    client.send(event, '/', data)
    expect((await client.nextPush('$error')).data).toMatchObject({ code: 400, event })
  })

  it('what is said about a stream that is over, or somebody else’s, means nothing', async () => {
    const other = await started.connectV1()
    other.sendRaw(request(1, 'wait', null, 10))
    await reached.promise
    client.send('$cancel', '/', { id: 1 })
    client.send('$credit', '/', { id: 1, upTo: 10 })
    await client.call('plain', path)
    expect(ended).toEqual([])
    expect(client.pushes.filter(({ event }) => event === '$error')).toEqual([])
  })

  it('two streams of one id are 409', async () => {
    client.sendRaw(request('x', 'wait', null, 10))
    await reached.promise
    client.sendRaw(request('x', 'wait', null, 10))
    await client.call('plain', path)
    expect(client.strays).toMatchObject([{ id: 'x', error: { code: 409 } }])
  })
})
