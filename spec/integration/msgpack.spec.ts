import { describe, expect, it } from '@jest/globals'
import { WsDefinitionError, createWsApp } from 'enfilade'
import { msgpack } from 'enfilade/msgpack'
import { defer } from '../support/deadline.js'
import { bytes, options, packed, Plain, room } from '../support/msgpack-app.js'
import { openClient, reasonOf } from '../support/open-client.js'
import { PackedClient } from '../support/packed-client.js'
import { startApp } from '../support/start-app.js'

describe('the sub-protocol', () => {
  it.each([
    [['enfilade.v1.msgpack'], 'enfilade.v1.msgpack'],
    [['enfilade.v1.msgpack', 'enfilade.v1'], 'enfilade.v1.msgpack'],
    [['enfilade.v1', 'enfilade.v1.msgpack'], 'enfilade.v1'],
    [['other', 'enfilade.v1.msgpack'], 'enfilade.v1.msgpack'],
  ])('of %j the server chooses %s', async (offered, chosen) => {
    const { url } = await startApp(options())
    expect((await PackedClient.connect(url, offered)).protocol).toBe(chosen)
  })

  it('is not known to an app without the codec', async () => {
    const { url } = await startApp(options({ codecs: [] }))
    const client = await PackedClient.connect(url, ['enfilade.v1.msgpack', 'enfilade.v1'])
    expect(client.protocol).toBe('enfilade.v1')
  })
})

describe('a message in MessagePack', () => {
  it('is answered in MessagePack, whatever it holds', async () => {
    const client = await packed(await startApp(options()))
    const data = {
      bytes,
      at: new Date(5),
      n: 2n ** 60n,
      list: [1.5, null, 'ä'],
      nested: { a: true },
    }
    expect((await client.call('echo', '/plain/a', data)).data).toEqual(data)
    expect(client.texts).toEqual([])
  })

  it('greets with $welcome and answers errors as it does in JSON', async () => {
    const client = await packed(await startApp(options()))
    expect(await client.nextPush('$welcome')).toMatchObject({ path: '/', data: { resumed: false } })
    expect((await client.call('echo', '/nowhere')).error).toMatchObject({ code: 404 })
    expect((await client.call('$ping', '/')).data).toBe(null)
  })

  it('is validated: bytes and dates have types', async () => {
    const client = await packed(await startApp(options()))
    const at = new Date(7)
    const good = await client.call('upload', '/plain/a', { bytes, at, isLast: true })
    expect(good).toMatchObject({ data: { size: 5, at, isLast: true } })
    // By way of class-transformer, too.
    const wrapped = await client.call('wrapped', '/plain/a', { name: ' a ', parts: [bytes] })
    expect(wrapped.data).toEqual({ name: 'a', parts: [bytes] })
    const bad = await client.call('upload', '/plain/a', { bytes: 'text', at: 'text', isLast: 1 })
    expect(bad.error).toMatchObject({ code: 400 })
    expect(JSON.stringify(bad.error)).toContain('bytes')
  })

  it.each<[string, Uint8Array]>([
    ['nothing', new Uint8Array()],
    ['an array that claims four billion items', new Uint8Array([0xdd, 255, 255, 255, 255])],
    ['a key named __proto__', msgpackOf(JSON.parse('{"event":"echo","path":"/","__proto__":1}'))],
    ['lists nested deeper than any stack', new Uint8Array(60_000).fill(0x91)],
    ['an extension that is not known', new Uint8Array([0xd4, 1, 0])],
  ])('that holds %s is 400, and the connection goes on', async (_what, frame) => {
    const client = await packed(await startApp(options()))
    client.socket.send(frame)
    expect((await client.nextPush('$error')).data).toMatchObject({ code: 400 })
    expect((await client.call('echo', '/plain/a', 1)).data).toBe(1)
  })

  it('nested deeper than maxDepth is 400 by its id', async () => {
    const client = await packed(await startApp(options({ maxDepth: 4 })))
    const deep = [[[[1]]]]
    expect((await client.call('echo', '/plain/a', deep)).error).toMatchObject({ code: 400 })
  })

  it('is none as text, and JSON is none as bytes', async () => {
    const started = await startApp(options())
    const client = await packed(started)
    client.socket.send('{"event":"echo","path":"/plain/a","id":1}')
    expect((await client.nextPush('$error')).data).toMatchObject({ code: 400 })
    const json = await started.connectV1()
    json.sendRaw(msgpackOf({ event: 'echo', path: '/plain/a', id: 1 }))
    expect((await json.nextPush('$error')).data).toMatchObject({ code: 400 })
  })
})

describe('a lost connection', () => {
  it('is continued in its own encoding, with what it missed', async () => {
    const started = await startApp(options())
    const ann = await packed(started)
    const { session } = (await ann.nextPush('$welcome')).data as { session: string }
    await ann.call('join', room)
    const { epoch, seq } = (await ann.nextPush('$joined')).data as { epoch: string; seq: number }
    const lost = defer<void>()
    started.app.events.on('disconnect', () => lost.resolve())
    ann.terminate()
    await lost.promise
    started.app.rooms.broadcast(room, 'said', room, { bytes })
    started.app.rooms.broadcast(room, 'said', room, { at: new Date(9) })
    const again = await packed(started)
    const reply = await again.call('$resume', '/', { session, rooms: { [room]: { epoch, seq } } })
    expect(reply.data).toEqual({ resumed: true, rooms: { [room]: 'recovered' } })
    expect(await again.nextPush('said')).toEqual({
      ...{ event: 'said', path: room, data: { bytes }, seq: seq + 1 },
    })
    expect((await again.nextPush('said')).data).toEqual({ at: new Date(9) })
  })

  it('is not continued in another: the rooms have counted who reads what', async () => {
    const started = await startApp(options())
    const ann = await packed(started)
    const { session } = (await ann.nextPush('$welcome')).data as { session: string }
    const lost = defer<void>()
    started.app.events.on('disconnect', () => lost.resolve())
    ann.terminate()
    await lost.promise
    const json = await started.connectV1()
    expect(await json.call('$resume', '/', { session })).toEqual({ resumed: false, rooms: {} })
  })
})

describe('the client of this package', () => {
  it('calls, hears pushes and enters rooms in MessagePack', async () => {
    const { url, app } = await startApp(options())
    const { client } = openClient(url, { codec: msgpack() })
    const data = { bytes, at: new Date(5), n: 2n ** 60n }
    // Before there is a connection: it waits.
    expect(await client.call('echo', '/plain/a', data)).toEqual(data)
    const said = defer<unknown>()
    const place = client.room(room)
    place.on('said', (heard) => said.resolve(heard))
    await place.join()
    app.rooms.broadcast(room, 'said', room, { bytes })
    expect(await said.promise).toEqual({ bytes })
  })

  it('talks JSON to a server that has no MessagePack, and says what JSON cannot carry', async () => {
    const { url } = await startApp(options({ codecs: [] }))
    const { client } = openClient(url, { codec: msgpack() })
    const early = client.call('echo', '/plain/a', { bytes })
    const fine = client.call('echo', '/plain/a', { text: 'ä' })
    expect(await reasonOf(early)).toMatchObject({ code: 400, message: /no bytes/ as never })
    expect(await fine).toEqual({ text: 'ä' })
    expect(await reasonOf(client.call('echo', '/plain/a', bytes))).toBeInstanceOf(TypeError)
    expect(await reasonOf(client.call('echo', '/plain/a', { n: 1n }))).toBeInstanceOf(TypeError)
    expect(await client.call('echo', '/plain/a', 1)).toBe(1)
  })

  it('refuses what is larger than the server takes', async () => {
    const { url } = await startApp(options({ maxPayload: 1000 }))
    const { client, become } = openClient(url, { codec: msgpack() })
    await become('open')
    await client.call('$ping', '/')
    const large = client.call('echo', '/plain/a', new Uint8Array(1000))
    expect(await reasonOf(large)).toMatchObject({ code: 413 })
    expect(await client.call('echo', '/plain/a', new Uint8Array(800))).toHaveLength(800)
  })

  it('takes no codec that is none', () => {
    expect(() => openClient('ws://127.0.0.1:1', { codec: {} as never })).toThrow(
      'codec must be one such as msgpack()',
    )
  })
})

describe('the option codecs', () => {
  const { encode, decode } = msgpack()

  it.each<[string, unknown, string]>([
    ['no list', {}, 'must be a list of codecs'],
    ['a codec without a name', [{ encode, decode }], 'must be a list of codecs'],
    ['no token', [{ subprotocol: 'a b', encode, decode }], 'is no sub-protocol'],
    ['that of JSON', [{ subprotocol: 'enfilade.v1', encode, decode }], 'is no sub-protocol'],
    ['one twice', [msgpack(), msgpack()], 'has "enfilade.v1.msgpack" twice'],
  ])('is a definition error for %s', (_what, codecs, text) => {
    const make = (): unknown => createWsApp({ controllers: [Plain], codecs } as never)
    expect(make).toThrow(WsDefinitionError)
    expect(make).toThrow(text)
  })
})

function msgpackOf(value: unknown): Uint8Array {
  return msgpack().encode(value as never) as Uint8Array
}
