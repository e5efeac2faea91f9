import { describe, expect, it } from '@jest/globals'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { IsNumber, IsObject, IsOptional, IsString } from 'class-validator'
import { Access, createWsApp, Session, type WsAppOptions } from 'enfilade'
import { MemoryDocumentStore, type ClientDocument } from 'enfilade/client/documents'
import { Document, FileStorage, MemoryStorage } from 'enfilade/documents'
import { container as root } from 'tsyringe'
import { openDocuments, synced, until } from '../support/documents/open-documents.js'
import { freePort } from '../support/free-port.js'
import { startApp, type StartedApp } from '../support/start-app.js'

class Shape {
  @IsNumber() x!: number
  @IsNumber() y!: number
  @IsOptional() @IsString() text?: string
  @IsOptional() @IsObject() more?: object
}

interface Fields {
  shape: { x: number; y: number; text?: string; more?: object }
}
type Board = ClientDocument<Fields>

@Document('/board/:board', { records: { shape: Shape }, storage: 'boards' })
class BoardDocument {
  @Access() access(@Session('may') may: 'none' | 'read' | 'write') {
    return may
  }
}

let may = 'write'

function start(options: Partial<WsAppOptions> = {}): Promise<StartedApp> {
  may = 'write'
  const container = root.createChildContainer()
  container.registerInstance('boards', new MemoryStorage())
  return startApp({
    controllers: [BoardDocument],
    container,
    authorize: ({ token }) => ({ may, user: token ?? crypto.randomUUID() }),
    ...options,
  })
}

const shape = (id: string, x = 0) => ({ id, type: 'shape' as const, x, y: 0 })

async function open(started: StartedApp, options: object = {}): Promise<Board> {
  const board = openDocuments(started.url, options).document<Fields>('/board/1')
  await synced(board)
  return board
}

describe('client.document', () => {
  it('shows edits at once, and others see them; each takes back what they did', async () => {
    const started = await start()
    const [ann, bob] = [await open(started), await open(started)]
    const changes: string[] = []
    bob.subscribe((ids) => changes.push(...ids))
    ann.transact((tx) => tx.put(shape('a', 1)))
    expect(ann.get('a')?.x).toBe(1)
    await until(bob, 'the shape', () => bob.get('a') !== undefined)
    bob.transact((tx) => tx.patch<'shape'>('a', { y: 7 }))
    await until(ann, 'the patch', () => ann.get('a')?.y === 7)
    expect(ann.undo()).toBe(true)
    await until(bob, 'the undo', () => bob.get('a') === undefined)
    expect(ann.redo()).toBe(true)
    await until(bob, 'the redo', () => bob.records('shape').length === 1)
    await ann.flush()
    expect([ann.pending, changes[0]]).toEqual([0, 'a'])
    const path = '/board/1'
    expect(started.app.documents.get(path)?.get('a')).toMatchObject({ x: 1 })
  })

  it('sends what is done in one turn as one message, and what follows not more than 20 times a second', async () => {
    const started = await start()
    const ann = await open(started)
    const before = started.app.counters.messages
    for (let n = 0; n < 100; n++) ann.transact((tx) => tx.put(shape(`s${n}`, n)))
    ann.setPresence({ at: 1 })
    await ann.flush()
    expect(started.app.counters.messages - before).toBeLessThan(12)
    expect(started.app.documents.get('/board/1')?.engine.size).toBe(100)
  })

  it('takes back what the server refuses, and what one may not', async () => {
    const started = await start()
    const ann = await open(started)
    const errors: number[] = []
    ann.on('rejected', ({ error }) => errors.push(error.code))
    ann.transact((tx) => tx.put({ ...shape('a'), x: 'far' } as never))
    await until(ann, 'the refusal', () => ann.get('a') === undefined)
    started.app.documents.get('/board/1')?.setAccess(sessionOf(started), 'read')
    await until(ann, 'read only', () => ann.access === 'read')
    ann.transact((tx) => tx.put(shape('b')))
    await until(ann, 'the refusal', () => ann.get('b') === undefined)
    expect(errors).toEqual([400, 403])
  })

  it('refuses what is larger than the server takes, and goes on', async () => {
    const started = await start({ maxPayload: 8 * 1024 })
    const ann = await open(started)
    const errors: number[] = []
    ann.on('rejected', ({ error }) => errors.push(error.code))
    ann.transact((tx) => tx.put({ ...shape('big'), text: 'x'.repeat(50_000) }))
    ann.transact((tx) => tx.put({ ...shape('huge'), text: 'x'.repeat(2_000_000) }))
    let deep: object = {}
    for (let level = 0; level < 25; level++) deep = { deep }
    ann.transact((tx) => tx.put({ ...shape('deep'), more: deep }))
    await ann.flush()
    expect([errors, ann.records().map(({ id }) => id)]).toEqual([[413], ['big', 'deep']])
    const bob = await open(started)
    expect(bob.get('big')?.text).toHaveLength(50_000)
    expect(bob.get('deep')?.more).toEqual(deep)
  })

  it('is over when the server says so; the connection is not', async () => {
    const started = await start()
    const client = openDocuments(started.url)
    const board = client.document('/board/1')
    await synced(board)
    started.app.documents.get('/board/1')?.closeSession(sessionOf(started), 'Enough')
    await until(board, 'the end', () => board.status === 'closed')
    expect([board.closed, client.status]).toEqual([{ code: 4403, reason: 'Enough' }, 'open'])
    expect(() => board.transact((tx) => tx.put(shape('a')))).toThrow('closed')
    const nowhere = client.document('/nothing')
    await until(nowhere, 'the end', () => nowhere.status === 'closed')
    expect(nowhere.closed?.code).toBe(4404)
  })

  it('comes back by itself when it was closed for a while', async () => {
    const started = await start()
    const ann = await open(started)
    const room = started.app.documents.get('/board/1')
    room?.closeSession(sessionOf(started))
    await until(ann, 'the loss', () => ann.status === 'offline')
    ann.transact((tx) => tx.put(shape('a')))
    await ann.flush()
    expect(room?.get('a')).toEqual(shape('a'))
  })

  it('is left, and may be opened anew', async () => {
    const started = await start()
    const client = openDocuments(started.url)
    const board = client.document<Fields>('/board/1')
    await synced(board)
    board.transact((tx) => tx.put(shape('a')))
    await board.close()
    expect(board.status).toBe('closed')
    const again = client.document<Fields>('/board/1')
    expect(again).not.toBe(board)
    await until(again, 'what was done last', () => again.get('a') !== undefined)
  })

  it('follows a new session: who may no more write is told, and taken back', async () => {
    const started = await start()
    const client = openDocuments(started.url, { token: () => 'a token' })
    const board = client.document('/board/1')
    await synced(board)
    may = 'read'
    await client.refreshToken()
    await until(board, 'read only', () => board.access === 'read')
    may = 'none'
    await client.refreshToken()
    await until(board, 'the end', () => board.status === 'closed')
    expect(board.closed?.code).toBe(4403)
  })
})

describe('a client.document without a connection', () => {
  it('goes on where it was, with a thousand edits that were made meanwhile', async () => {
    const started = await start({ recovery: true })
    const [ann, bob] = [await open(started), await open(started)]
    for (const connection of started.app.server.connections()) connection.close(1012)
    await until(ann, 'the loss', () => ann.status === 'offline')
    for (let n = 0; n < 1000; n++) ann.transact((tx) => tx.put(shape(`s${n}`, n)))
    expect(ann.pending).toBe(1000)
    await ann.flush()
    await until(bob, 'all edits', () => bob.size === 1000)
    expect(started.app.counters.drops).toEqual({})
  })

  it('is there after a reload, with edits that nobody has seen', async () => {
    const started = await start()
    const store = new MemoryDocumentStore()
    const ann = await open(started, { store })
    ann.transact((tx) => tx.put(shape('a', 1)))
    await ann.flush()
    await ann.close()
    const client = openDocuments('ws://127.0.0.1:9', { store })
    const offline = client.document<Fields>('/board/1')
    expect(offline.status).toBe('loading')
    expect(() => offline.transact((tx) => tx.remove('a'))).toThrow('loading')
    await offline.ready
    expect([offline.status, offline.get('a')?.x]).toEqual(['offline', 1])
    offline.transact((tx) => tx.put(shape('b', 2)))
    await offline.close()
    const again = await open(started, { store })
    await again.flush()
    const room = started.app.documents.get('/board/1')
    expect([room?.get('a')?.x, room?.get('b')?.x]).toEqual([1, 2])
  })

  it('is no one else’s: two at once have a copy each, and what both left is sent', async () => {
    const started = await start()
    const store = new MemoryDocumentStore()
    const offline = ['x', 'y'].map((id) => {
      const board = openDocuments('ws://127.0.0.1:9', { store }).document<Fields>('/board/1')
      return board.ready.then(() => (board.transact((tx) => tx.put(shape(id))), board.close()))
    })
    await Promise.all(offline)
    const [first, second] = [await open(started, { store }), await open(started, { store })]
    await Promise.all([first.flush(), second.flush()])
    await until(first, 'both', () => first.size === 2)
  })

  it('is not kept any more once it is forgotten', async () => {
    const store = new MemoryDocumentStore()
    const board = openDocuments('ws://127.0.0.1:9', { store }).document<Fields>('/board/1')
    await board.ready
    board.transact((tx) => tx.put(shape('a')))
    await board.forget()
    const { state } = await store.open('/board/1')
    expect(state).toBeUndefined()
  })

  it('survives the server: what was durable is there, and what was made meanwhile comes', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'boards-'))
    const port = await freePort()
    const run = async () => {
      const container = root.createChildContainer()
      container.registerInstance('boards', new FileStorage({ folder }))
      const authorize = () => ({ may: 'write' })
      const app = createWsApp({ controllers: [BoardDocument], container, authorize, logger: false })
      await app.listen(port, '127.0.0.1')
      return app
    }
    const first = await run()
    const board = openDocuments(`ws://127.0.0.1:${port}`).document<Fields>('/board/1')
    await synced(board)
    board.transact((tx) => tx.put(shape('a')))
    await board.flush()
    await first.close({ drain: 1 })
    board.transact((tx) => tx.put(shape('b')))
    const second = await run()
    await board.flush()
    const room = await second.documents.openHere('/board/1')
    expect(room.engine.size).toBe(2)
    await second.close()
    await rm(folder, { recursive: true })
  })
})

function sessionOf(started: StartedApp): string {
  return started.app.documents.get('/board/1')!.sessions()[0]!.id
}
