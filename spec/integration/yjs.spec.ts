import { afterEach, describe, expect, it } from '@jest/globals'
import { Access, Controller, OnConnect, OnMessage, Param, Session, WsError } from 'enfilade'
import { Document, MemoryStorage, type DocumentStorages } from 'enfilade/documents'
import { yjs, type YjsEngine } from 'enfilade/yjs'
import * as Y from 'yjs'
import { Provider, type ProviderOptions } from '../support/yjs/provider.js'
import { startApp, type StartedApp } from '../support/start-app.js'

const storages = new MemoryStorage()

interface Visitor {
  may: 'none' | 'read' | 'write'
}

@Document('/text/:name', { engine: yjs(), storage: storages })
class TextDocument {
  @Access() access(@Session() { may }: Visitor, @Param('name') name: string) {
    return name === 'secret' ? 'none' : may
  }
}

let greeted = 0

@Controller()
class Greeter {
  @OnConnect() greet() {
    greeted++
  }

  @OnMessage('hello', '/') hello() {
    return 'hello'
  }
}

const providers: Provider[] = []
afterEach(() => providers.splice(0).forEach((provider) => provider.end()))

async function start(options: object = {}): Promise<StartedApp & { text: Opener }> {
  const started = await startApp({
    controllers: [TextDocument, Greeter],
    authorize: ({ query }: { query: URLSearchParams }) => {
      if (query.get('token') === 'wrong') throw new WsError(401, 'Who are you?')
      return { may: query.get('may') ?? 'write' }
    },
    ...options,
  })
  const text: Opener = (room, given = {}) => {
    const provider = new Provider(`ws://localhost:${started.port}/text`, { room, ...given })
    providers.push(provider)
    return provider
  }
  return { ...started, text }
}

type Opener = (room: string, options?: ProviderOptions) => Provider

let rooms = 0
const nextRoom = () => `room ${rooms++}`

describe('a provider of y-websocket as it comes', () => {
  it('edits a text with others, and sees them', async () => {
    const { text, app } = await start()
    const room = nextRoom()
    const [a, b] = [text(room), text(room)]
    a.provider.awareness.setLocalState({ name: 'Ann' })
    b.provider.awareness.setLocalState({ name: 'Ben' })
    await Promise.all([a.synced(), b.synced()])
    a.text.insert(0, 'hello')
    await b.reads('hello')
    b.text.insert(5, ' world')
    await a.reads('hello world')
    await Promise.all([a.sees('Ann', 'Ben'), b.sees('Ann', 'Ben')])
    a.end()
    await b.sees('Ben')
    expect(app.counters).toMatchObject({ connections: 1, documents: 1, documentSessions: 1 })
  })

  it('comes back after a loss, with what was written meanwhile', async () => {
    const { text, app } = await start()
    const room = nextRoom()
    const [a, b] = [text(room), text(room)]
    await Promise.all([a.synced(), b.synced()])
    const path = `/text/${room}`.replace(' ', '%20')
    const document = await app.documents.openHere<YjsEngine>(path)
    for (const { id } of document.sessions()) document.closeSession(id)
    await a.until(() => !a.provider.wsconnected, 'a loss')
    a.text.insert(0, 'written offline')
    await b.reads('written offline')
    await a.synced()
  })

  it('gets what the server writes, and the server what it writes', async () => {
    const { text, app } = await start()
    const a = await text('plain').synced()
    const document = await app.documents.openHere<YjsEngine>('/text/plain')
    const begun = new Promise((resolve) => document.engine.doc.once('update', resolve))
    a.text.insert(0, 'client')
    await begun
    document.transact((doc) => doc.getText('text').insert(0, 'server and '))
    await a.until(() => a.text.length === 17, 'both')
    await a.reads('server and client')
    const then = document.snapshot()
    const arrived = new Promise((resolve) => document.engine.doc.once('update', resolve))
    a.text.delete(0, 11)
    await arrived
    const update = document.engine.encodeStateAsUpdate(Y.encodeStateVector(a.doc))
    expect(Y.decodeUpdate(update).structs).toEqual([])
    document.loadSnapshot(then)
    await a.reads('server and client')
  })

  it('is closed for good when it may not, or is nobody', async () => {
    const { text } = await start()
    const refused = text('secret')
    expect(await refused.closed()).toEqual({ code: 4403, reason: expect.any(String) })
    const nobody = text('open', { params: { token: 'wrong' } })
    expect(await nobody.closed()).toEqual({ code: 4401, reason: 'Who are you?' })
    const tooLong = text('x'.repeat(2_000))
    expect(await tooLong.closed()).toMatchObject({ code: 4400 })
  })

  it('may read only, when that is its access', async () => {
    const { text, app } = await start()
    const room = nextRoom()
    const reader = await text(room, { params: { may: 'read' } }).synced()
    const writer = await text(room).synced()
    reader.text.insert(0, 'discarded')
    writer.text.insert(0, 'kept')
    await reader.until(() => reader.text.length === 13, 'both')
    const document = await app.documents.openHere<YjsEngine>(`/text/${room.replace(' ', '%20')}`)
    expect(document.engine.getText('text').toJSON()).toBe('kept')
  })

  it('brings and gets documents that are larger than any message', async () => {
    const { text } = await start({ backpressure: { limit: 64 * 1024 } })
    const room = nextRoom()
    const doc = new Y.Doc()
    doc.getText('text').insert(0, 'x'.repeat(3_000_000))
    await text(room, { doc }).synced()
    const other = await text(room).synced()
    await other.until(() => other.text.length === 3_000_000, 'all of it')
  })

  it('hears nothing of the messages of the app, and no connect handler of it', async () => {
    const { text, app, connect } = await start()
    const before = greeted
    const a = await text(nextRoom()).synced()
    const client = await connect()
    const frames: unknown[] = []
    a.provider.ws?.addEventListener('message', ({ data }) => frames.push(data))
    app.server.broadcast('news', '/', { to: 'everyone' })
    expect(await client.nextPush('news')).toMatchObject({ data: { to: 'everyone' } })
    expect(await client.call('hello', '/')).toBe('hello')
    const sent = app.server.connections().map((connection) => connection.send('more', '/'))
    expect(sent.sort()).toEqual([false, true])
    a.text.insert(0, 'still in sync')
    const b = await text(nextRoom()).synced()
    expect([b.provider.synced, frames.filter((frame) => typeof frame === 'string')]).toEqual([
      true,
      [],
    ])
    expect(greeted - before).toBe(1)
  })

  it('is closed with the app, and what it wrote is stored', async () => {
    const { text, app } = await start()
    const room = nextRoom()
    const a = await text(room).synced()
    a.text.insert(0, 'before the end')
    const path = `/text/${room.replace(' ', '%20')}`
    const document = await app.documents.openHere<YjsEngine>(path)
    while (document.engine.getText('text').length === 0) {
      await new Promise((resolve) => document.engine.doc.once('update', resolve))
    }
    const lost = new Promise((resolve) => a.provider.once('connection-close', resolve))
    await app.close({ drain: 1 })
    expect(await lost).toMatchObject({ code: 1012 })
    const stored = await (storages as DocumentStorages).open(path).load()
    const doc = new Y.Doc()
    Y.applyUpdate(doc, stored.snapshot ?? new Uint8Array())
    expect(doc.getText('text').toJSON()).toBe('before the end')
  })

  it('writes on beside one that sends anything at all, which is closed', async () => {
    const { text, connect, logger } = await start()
    const room = nextRoom()
    const a = await text(room).synced()
    const stranger = await connect({ path: `/text/${room.replace(' ', '%20')}` })
    stranger.sendRaw('{"event":"hello","path":"/"}')
    for (let length = 0; length < 40; length++) {
      stranger.sendRaw(Buffer.from(Array.from({ length }, (_byte, at) => (at * 37 + length) % 256)))
    }
    expect(await stranger.closed).toMatchObject({ code: 4400 })
    const b = await text(room).synced()
    a.text.insert(0, 'still here')
    await b.reads('still here')
    expect(logger.errors()).toEqual([])
  })

  it('is revoked like everybody else', async () => {
    const { text, app } = await start()
    const a = await text(nextRoom()).synced()
    const closed = a.closed()
    expect(await app.server.revoke(() => true)).toBe(1)
    expect(await closed).toEqual({ code: 4401, reason: 'Revoked' })
  })

  it('is refused by origin, and by number', async () => {
    const { port, text } = await start({ maxConnectionsPerIp: 1 })
    const response = await fetch(`http://localhost:${port}/text/one`)
    expect(response.status).toBe(404)
    await text('one').synced()
    const second = text('one')
    const error = new Promise((resolve) => second.provider.once('connection-error', resolve))
    expect(await error).toMatchObject({ message: expect.stringContaining('429') })
  })
})
