import { beforeEach, describe, expect, it } from '@jest/globals'
import { Transform } from 'class-transformer'
import { IsBoolean, IsDate, IsInstance, IsOptional } from 'class-validator'
import {
  Broadcast,
  Connection,
  Controller,
  Data,
  Join,
  MemoryBroadcastHub,
  MemoryBroadcastTransport,
  OnMessage,
  Presence,
  Server,
  WsDefinitionError,
  createWsApp,
  jsonCodec,
  type WsAppOptions,
  type WsConnection,
  type WsServer,
  type WsSubprotocolCodec,
} from 'enfilade'
import { msgpack } from 'enfilade/msgpack'
import { defer, within } from '../support/deadline.js'
import { openClient, reasonOf } from '../support/open-client.js'
import { PackedClient } from '../support/packed-client.js'
import { startApp, type StartedApp } from '../support/start-app.js'

const room = '/chat/a'
const bytes = new Uint8Array([0, 1, 2, 250, 255])

class Upload {
  @IsInstance(Uint8Array) bytes!: Uint8Array
  @IsDate() at!: Date
  @IsBoolean() isLast!: boolean
}

class Wrapped {
  @Transform(({ value }) => String(value).trim()) @IsOptional() name?: string
  @IsInstance(Uint8Array, { each: true }) parts!: Uint8Array[]
}

@Controller('/chat/:room', { history: { size: 20 } })
@Presence(Object)
class Chat {
  @OnMessage('join')
  @Join()
  join(): void {}

  @OnMessage('say')
  @Broadcast('said')
  say(@Data(Object) data: unknown): unknown {
    return data
  }
}

@Controller('/plain/:room')
class Plain {
  @OnMessage('join')
  @Join()
  join(@Connection() { id }: WsConnection): string {
    return id
  }

  @OnMessage('say')
  @Broadcast('said', { excludeSelf: false })
  say(@Data() data: unknown): unknown {
    return data
  }

  @OnMessage('hush')
  @Broadcast('said')
  hush(@Data() data: unknown): unknown {
    return data
  }

  @OnMessage('everyone')
  everyone(@Server() server: WsServer, @Data() data: unknown): void {
    server.broadcast('all', '/', data)
  }

  @OnMessage('echo')
  echo(@Data() data: unknown): unknown {
    return data
  }

  @OnMessage('upload')
  upload(@Data(Upload) upload: Upload): unknown {
    return { size: upload.bytes.length, at: upload.at, isLast: upload.isLast }
  }

  @OnMessage('wrapped')
  wrapped(@Data(Wrapped) { name, parts }: Wrapped): unknown {
    return { name, parts }
  }

  @OnMessage('join in')
  @Join('/other')
  @Broadcast('joined in')
  both(): unknown {
    return { n: 1n }
  }
}

/** How often each codec has encoded a push named `said`. */
let encoded: { json: number; msgpack: number }

function counting(codec: WsSubprotocolCodec): WsSubprotocolCodec {
  return {
    ...codec,
    encode: (record) => {
      if ('event' in record && record.event === 'said') encoded.msgpack++
      return codec.encode(record)
    },
  }
}

function options(more: Partial<WsAppOptions> = {}): WsAppOptions {
  return { controllers: [Chat, Plain], codecs: [counting(msgpack())], recovery: true, ...more }
}

const packed = ({ url }: StartedApp): Promise<PackedClient> => PackedClient.connect(url)

beforeEach(() => {
  encoded = { json: 0, msgpack: 0 }
})

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

describe('a room with both', () => {
  async function both(more?: Partial<WsAppOptions>) {
    const json = { ...jsonCodec }
    json.encode = (record) => {
      if ('event' in record && record.event === 'said') encoded.json++
      return jsonCodec.encode(record)
    }
    const started = await startApp(options({ codec: json, ...more }))
    const ann = await packed(started)
    const bob = await packed(started)
    const carl = await started.connect()
    const dora = await started.connectV1()
    for (const client of [ann, bob, carl, dora]) await client.call('join', '/plain/a')
    return { started, ann, bob, carl, dora }
  }

  it('gives each its own encoding, made once for each of them', async () => {
    const { ann, bob, carl, dora } = await both()
    const push = { event: 'said', path: '/plain/a', params: { room: 'a' }, data: { text: 'hi' } }
    await carl.call('say', '/plain/a', { text: 'hi' })
    expect(await carl.nextPush('said')).toEqual(push)
    expect(await dora.nextPush('said')).toEqual(push)
    expect(await ann.nextPush('said')).toEqual(push)
    expect(await bob.nextPush('said')).toEqual(push)
    expect(encoded).toEqual({ json: 1, msgpack: 1 })
  })

  it('encodes for nobody who is not there', async () => {
    const { started, ann, bob, carl, dora } = await both()
    const { app } = started
    await Promise.all([ann.close(), bob.close()])
    await waitForMembers(app, '/plain/a', 2)
    app.rooms.broadcast('/plain/a', 'said', '/plain/a', 1)
    await carl.nextPush('said')
    expect(encoded).toEqual({ json: 1, msgpack: 0 })
    await Promise.all([carl.close(1000), dora.close(1000)])
    const last = await packed(started)
    await waitForMembers(app, '/plain/a', 0)
    await last.call('join', '/plain/a')
    app.rooms.broadcast('/plain/a', 'said', '/plain/a', 2)
    expect((await last.nextPush('said')).data).toBe(2)
    expect(encoded).toEqual({ json: 1, msgpack: 1 })
  })

  it('leaves out the sender, whichever encoding it reads', async () => {
    const { ann, bob, carl, dora } = await both()
    await ann.call('hush', '/plain/a', 1)
    await carl.call('hush', '/plain/a', 2)
    await ann.call('say', '/plain/a', 3)
    const numbersOf = async (next: () => Promise<{ data?: unknown }>, count: number) => {
      const numbers: unknown[] = []
      while (numbers.length < count) numbers.push((await next()).data)
      return numbers
    }
    expect(await numbersOf(() => ann.nextPush('said'), 2)).toEqual([2, 3])
    expect(await numbersOf(() => bob.nextPush('said'), 3)).toEqual([1, 2, 3])
    expect(await numbersOf(() => carl.nextPush('said'), 2)).toEqual([1, 3])
    expect(await numbersOf(() => dora.nextPush('said'), 3)).toEqual([1, 2, 3])
  })

  it('carries bytes to those who can read them', async () => {
    const { ann, bob } = await both()
    await ann.call('say', '/plain/a', { bytes })
    expect((await bob.nextPush('said')).data).toEqual({ bytes })
  })

  it('keeps the order of gathered pushes, and who was a member when they were made', async () => {
    const { started, ann, carl } = await both({ broadcastWindow: 20 })
    const late = await packed(started)
    const { rooms } = started.app
    for (const n of [1, 2, 3]) rooms.broadcast('/plain/a', 'said', '/plain/a', n)
    await late.call('join', '/plain/a')
    rooms.broadcast('/plain/a', 'said', '/plain/a', 4)
    for (const n of [1, 2, 3, 4]) expect((await ann.nextPush('said')).data).toBe(n)
    for (const n of [1, 2, 3, 4]) expect((await carl.nextPush('said')).data).toBe(n)
    expect((await late.nextPush('said')).data).toBe(4)
  })

  it('pushes many in one turn to each in order', async () => {
    const { started, ann, carl } = await both()
    for (let n = 0; n < 200; n++) started.app.rooms.broadcast('/plain/a', 'said', '/plain/a', n)
    for (let n = 0; n < 200; n++) expect((await ann.nextPush('said')).data).toBe(n)
    for (let n = 0; n < 200; n++) expect((await carl.nextPush('said')).data).toBe(n)
  })

  it('shows presence to each in its own encoding', async () => {
    const started = await startApp(options())
    const ann = await packed(started)
    const carl = await started.connectV1()
    await ann.call('join', room)
    expect((await ann.nextPush('$joined')).data).toMatchObject({ members: [{ state: null }] })
    await carl.call('join', room)
    await ann.call('$presence', room, { name: 'Ann' })
    const shown = await carl.nextPush(
      ({ event, data }) => event === '$presence' && JSON.stringify(data).includes('update'),
    )
    expect(shown.data).toMatchObject({ update: [{ state: { name: 'Ann' } }] })
    const refused = await ann.call('$presence', room, { n: 1n })
    expect(refused.error).toMatchObject({ code: 400 })
  })

  it('pushes to everyone, each in its own', async () => {
    const { ann, carl } = await both()
    await carl.call('everyone', '/plain/a', { x: 1 })
    expect((await ann.nextPush('all')).data).toEqual({ x: 1 })
    expect((await carl.nextPush('all')).data).toEqual({ x: 1 })
    await ann.call('everyone', '/plain/a', { bytes })
    expect((await ann.nextPush('all')).data).toEqual({ bytes })
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

describe('a client that reads too slowly', () => {
  it('keeps the newest of each event, and is back with the others afterwards', async () => {
    const limit = 128 * 1024
    const started = await startApp(options({ backpressure: { limit, policy: 'latest' } }))
    const { rooms, server } = started.app
    const slow = await packed(started)
    const quick = await packed(started)
    const id = (await slow.call('join', '/plain/a')).data as string
    await quick.call('join', '/plain/a')
    const member = server.getConnection(id)
    slow.socket.pause()
    const pad = 'x'.repeat(4000)
    let n = 0
    while ((member?.dropped ?? 0) < 5 && n < 20_000) {
      for (let count = 0; count < 8; count++) {
        rooms.broadcast('/plain/a', 'n', '/plain/a', { n: n++, pad })
      }
      await new Promise(setImmediate)
    }
    expect(member?.dropped).toBeGreaterThanOrEqual(5)
    slow.socket.resume()
    const last = await slow.pushes.next({
      match: ({ data }) => (data as { n?: number } | undefined)?.n === n - 1,
      ms: 10_000,
    })
    expect(last.event).toBe('n')
    while ((member?.bufferedAmount ?? 0) > 0) await new Promise(setImmediate)
    rooms.broadcast('/plain/a', 'after', '/plain/a', 1)
    expect((await slow.nextPush('after')).data).toBe(1)
    expect((await quick.nextPush('after')).data).toBe(1)
  })
})

describe('several processes', () => {
  async function two(first: Partial<WsAppOptions> = {}, second: Partial<WsAppOptions> = {}) {
    const hub = new MemoryBroadcastHub()
    const at = async (more: Partial<WsAppOptions>) =>
      startApp(options({ broadcastTransport: new MemoryBroadcastTransport(hub), ...more }))
    return { here: await at(first), there: await at(second) }
  }

  it('carry bytes, dates and large integers to whoever can read them elsewhere', async () => {
    const { here, there } = await two()
    const ann = await packed(there)
    const carl = await there.connect()
    for (const path of ['/plain/a', room]) {
      await ann.call('join', path)
      await carl.call('join', path)
      here.app.rooms.broadcast(path, 'said', path, { bytes, at: new Date(3) })
      expect((await ann.nextPush('said')).data).toEqual({ bytes, at: new Date(3) })
      const inJson = (await carl.nextPush('said')).data
      expect(inJson).toEqual({
        bytes: Object.fromEntries(bytes.entries()),
        at: new Date(3).toJSON(),
      })
    }
    here.app.server.broadcast('all', '/', { bytes })
    expect((await ann.nextPush('all')).data).toEqual({ bytes })
  })

  it('understand one that has no MessagePack, and are understood by it', async () => {
    const { here, there } = await two({ codecs: [] })
    const ann = await packed(there)
    const carl = await here.connect()
    for (const client of [ann, carl]) await client.call('join', '/plain/a')
    here.app.rooms.broadcast('/plain/a', 'said', '/plain/a', { text: 'hi' })
    expect((await ann.nextPush('said')).data).toEqual({ text: 'hi' })
    await carl.nextPush('said')
    there.app.rooms.broadcast('/plain/a', 'said', '/plain/a', { at: new Date(3) })
    expect((await carl.nextPush('said')).data).toEqual({ at: new Date(3).toJSON() })
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

async function waitForMembers({ rooms, events }: StartedApp['app'], name: string, count: number) {
  if (rooms.connections(name).size === count) return
  const reached = defer<void>()
  events.on('leave', () => {
    if (rooms.connections(name).size === count) reached.resolve()
  })
  await within(reached.promise, `${count} members`)
}
