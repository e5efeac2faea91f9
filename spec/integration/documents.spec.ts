import { describe, expect, it } from '@jest/globals'
import { IsNumber, IsString } from 'class-validator'
import { container as root, injectable } from 'tsyringe'
import { Access, Param, Session, WsDocuments, WsError, createWsApp } from 'enfilade'
import {
  CanWrite,
  Document,
  MemoryStorage,
  OnCommit,
  OnSessionRemoved,
  type DocumentChange,
  type DocumentStorage,
  type DocumentStorages,
  type SessionInfo,
} from 'enfilade/documents'
import { DocumentPeer } from '../support/documents/document-peer.js'
import { Inbox } from '../support/inbox.js'
import { startApp, type StartedApp } from '../support/start-app.js'

class Shape {
  @IsNumber() x!: number
}

class Note {
  @IsString() text!: string
  @IsString() owner!: string
}

class Cursor {
  @IsNumber() at!: number
}

interface User {
  id: string
  may: 'none' | 'read' | 'write'
}

let heard = new Inbox<unknown[]>('a hook')

@injectable()
class Archive {
  readonly saved: string[] = []
}

@Document('/board/:board', {
  records: { shape: Shape, note: Note },
  presence: Cursor,
  storage: 'boards',
})
class BoardDocument {
  constructor(
    readonly documents: WsDocuments,
    readonly archive: Archive,
  ) {}

  @Access() access(@Session() user: User, @Param('board') board: string) {
    if (board === 'hidden') throw new WsError(403, 'Nobody may see it')
    if (board === 'slow') return Promise.resolve(user.may)
    if (board === 'broken') throw new Error('Nobody knows')
    return user.may
  }

  @CanWrite('note') own(next: Note | undefined, before: Note | undefined, user: User) {
    if (before) return before.owner === user.id
    return Object.assign({}, next, { owner: user.id })
  }

  @OnCommit() committed(change: DocumentChange, @Param('board') board: string) {
    heard.push(['commit', board, change.clock, this.documents instanceof WsDocuments])
  }

  @OnSessionRemoved() left(session: SessionInfo, remaining: number) {
    heard.push(['left', session.user, remaining])
  }
}

function start(storage: DocumentStorages = new MemoryStorage()): Promise<StartedApp> {
  heard = new Inbox('a hook')
  const container = root.createChildContainer()
  container.registerInstance('boards', storage)
  return startApp({
    controllers: [BoardDocument],
    container,
    authorize: ({ query }) => {
      const asked = new URLSearchParams(query)
      const user: User = {
        id: asked.get('id') ?? 'somebody',
        may: (asked.get('may') ?? 'write') as User['may'],
      }
      return { ...user, user: user.id }
    },
  })
}

const shape = (id: string, x: number) => ['put', { id, type: 'shape', x }]

describe('a document of an app', () => {
  it('is opened by a client, changed by one and seen by the other, on the connections they have', async () => {
    const started = await start()
    const [ann, bob] = await Promise.all(
      ['ann', 'bob'].map((id) => DocumentPeer.join(started, '/board/1', `?id=${id}`)),
    )
    ann!.push(1, shape('a', 1))
    expect(await ann!.next('verdict')).toMatchObject({ n: 1, verdict: 'commit' })
    expect(await bob!.next('patch')).toMatchObject({ clock: 1, ops: [shape('a', 1)] })
    const room = started.app.documents.get('/board/1')
    expect(room?.get('a')).toEqual({ id: 'a', type: 'shape', x: 1 })
    expect(await heard.next()).toEqual(['commit', '1', 1, true])
    expect(started.app.counters).toMatchObject({
      ...{ documents: 1, documentSessions: 2, documentCommits: 1 },
    })
    bob!.client.terminate()
    expect(await heard.next()).toEqual(['left', 'bob', 1])
  })

  it('checks records by their classes, and asks its rules with the session', async () => {
    const started = await start()
    const ann = await DocumentPeer.join(started, '/board/1', '?id=ann')
    const bob = await DocumentPeer.join(started, '/board/1', '?id=bob')
    ann.push(1, ['put', { id: 'a', type: 'shape', x: 'far' }])
    expect(await ann.next('verdict')).toMatchObject({ verdict: 'discard', error: { code: 400 } })
    ann.push(2, ['put', { id: 'n', type: 'note', text: 'mine', owner: 'bob' }])
    const stamped = { id: 'n', type: 'note', text: 'mine', owner: 'ann' }
    expect(await ann.next('verdict')).toMatchObject({ verdict: 'rebase', ops: [['put', stamped]] })
    bob.push(1, ['remove', 'n'])
    expect(await bob.next('verdict')).toMatchObject({ verdict: 'discard', error: { code: 403 } })
  })

  it('shows presence that its class allows', async () => {
    const started = await start()
    const ann = await DocumentPeer.join(started, '/board/1', '?id=ann')
    const bob = await DocumentPeer.join(started, '/board/1', '?id=bob')
    expect(await bob.next('presence')).toEqual({ type: 'presence', join: [] })
    ann.send({ type: 'presence', state: { at: 'nowhere' } })
    expect(await ann.next('error')).toMatchObject({ error: { code: 400 } })
    ann.send({ type: 'presence', state: { at: 3 } })
    expect(await bob.next('presence')).toMatchObject({ join: [{ user: 'ann', state: { at: 3 } }] })
  })

  it('is read only, or closed, as @Access() says; the connection stays', async () => {
    const started = await start()
    const reader = await DocumentPeer.join(started, '/board/1', '?id=ann&may=read')
    reader.push(1, shape('a', 1))
    expect(await reader.next('verdict')).toMatchObject({ verdict: 'discard', error: { code: 403 } })
    const path = '?id=bob&may=none'
    const refused = await DocumentPeer.open(started, '/board/1', path)
    expect(await refused.connect().next('closed')).toMatchObject({ code: 4403 })
    const slow = await DocumentPeer.open(started, '/board/slow', '?id=cid&may=none')
    expect(await slow.connect().next('closed')).toMatchObject({ code: 4403 })
    const hidden = await DocumentPeer.open(started, '/board/hidden')
    expect(await hidden.connect().next('closed')).toMatchObject({
      ...{ code: 4403, reason: 'Nobody may see it' },
    })
    const broken = await DocumentPeer.open(started, '/board/broken')
    expect(await broken.connect().next('closed')).toMatchObject({ code: 1013 })
    expect(broken.client.isOpen).toBe(true)
    expect(started.app.documents.get('/board/hidden')).toBeUndefined()
  })

  it('refuses what belongs to no document, and frames before connect', async () => {
    const started = await start()
    const nowhere = await DocumentPeer.open(started, '/nothing')
    expect(await nowhere.connect().refusal()).toMatchObject({ code: 404 })
    const early = await DocumentPeer.open(started, '/board/1')
    early.push(1, shape('a', 1))
    expect(await early.refusal()).toMatchObject({ code: 409 })
    early.client.send('$document', '/board/1', 7)
    expect(await early.refusal()).toMatchObject({ code: 400 })
    early.client.send('$document', '/board/1', Array(65).fill({}))
    expect(await early.refusal()).toMatchObject({ code: 400 })
    const bad = await DocumentPeer.open(started, '/board/%zz')
    expect(await bad.connect().refusal()).toMatchObject({ code: 400 })
    const dots = await DocumentPeer.open(started, '/board/..')
    expect(await dots.connect().next('closed')).toMatchObject({ code: 4400 })
  })

  it('takes several frames in one message, and the text of one', async () => {
    const started = await start()
    const ann = await DocumentPeer.join(started, '/board/1')
    const push = (n: number) => ({ type: 'push', n, ops: [shape('a', n)] })
    ann.client.send('$document', '/board/1', [push(1), push(2)])
    ann.client.send('$document', '/board/1', JSON.stringify(push(3)))
    for (const n of [1, 2, 3]) expect(await ann.next('verdict')).toMatchObject({ n, clock: n })
  })

  it('is left by a client, which may come again; others hear of both', async () => {
    const started = await start()
    const ann = await DocumentPeer.join(started, '/board/1', '?id=ann')
    ann.send({ type: 'leave' })
    expect(await heard.next()).toEqual(['left', 'ann', 0])
    expect(started.app.counters.documentSessions).toBe(0)
    await ann.connect().next('synced')
    expect(started.app.counters.documentSessions).toBe(1)
  })

  it('lets a session go that the server closes, and takes nothing more of it', async () => {
    const started = await start()
    const ann = await DocumentPeer.join(started, '/board/1', '?id=ann')
    const room = await started.app.documents.openHere('/board/1')
    const [session] = room.sessions()
    room.closeSession(session!.id, 'Enough')
    expect(await ann.next('closed')).toEqual({ type: 'closed', code: 4403, reason: 'Enough' })
    ann.push(1, shape('a', 1))
    expect(await ann.refusal()).toMatchObject({ code: 409 })
    expect(room.sessions()).toEqual([])
  })

  it('costs each of the others little when 32 bytes of a megabyte change', async () => {
    const started = await start()
    const room = await started.app.documents.openHere('/board/1')
    room.transact((tx) => {
      const text = 'x'.repeat(1024)
      for (let n = 0; n < 1024; n++) tx.put({ id: `n${n}`, type: 'note', text, owner: 'ann' })
    })
    const ann = await DocumentPeer.join(started, '/board/1', '?id=ann')
    const bob = await DocumentPeer.join(started, '/board/1', '?id=bob')
    ann.push(1, ['patch', 'n7', { text: ['append', 'y'.repeat(32)] }])
    const patch = await bob.next('patch')
    expect(patch.ops).toEqual([['patch', 'n7', { text: ['append', 'y'.repeat(32)] }]])
    const raw = await bob.client.nextRaw((text) => text.includes('"patch"'))
    expect(Buffer.byteLength(raw)).toBeLessThan(200)
  })

  it('is loaded once for 50 clients that come at once, who all get it', async () => {
    const loads: (() => void)[] = []
    const memory = new MemoryStorage()
    const open = (key: string): DocumentStorage => {
      const storage = memory.open(key)
      const load = async () => {
        await new Promise<void>((resolve) => loads.push(resolve))
        return storage.load()
      }
      return { load, save: (snapshot) => storage.save(snapshot) }
    }
    const started = await start({ open })
    const peers = await Promise.all(
      Array.from({ length: 50 }, (_, n) => DocumentPeer.open(started, '/board/1', `?id=${n}`)),
    )
    // A reply behind it: the server has what came before.
    await Promise.all(peers.map((peer) => peer.connect().client.call('$ping', '/')))
    expect([loads.length, started.app.counters.documents]).toEqual([1, 0])
    loads[0]?.()
    await Promise.all(peers.map((peer) => peer.next('synced')))
    expect(started.app.documents.get('/board/1')?.sessions()).toHaveLength(50)
    expect([loads.length, started.app.counters.documents]).toEqual([1, 1])
  })

  it('that cannot be loaded is refused, and what is stored is left alone', async () => {
    const saved: string[] = []
    const started = await start({
      open: () => ({
        load: () => Promise.reject(new Error('the disk is on fire')),
        save: () => Promise.resolve(void saved.push('written')),
      }),
    })
    const ann = await DocumentPeer.open(started, '/board/1')
    expect(await ann.connect().next('error')).toMatchObject({ error: { code: 503 } })
    expect(await ann.next('closed')).toMatchObject({ code: 1013 })
    await started.stop()
    expect(saved).toEqual([])
  })

  it('has at most 32 documents a connection', async () => {
    const started = await start()
    const peer = await DocumentPeer.open(started, '/board/0')
    for (let left = 32; left > 0; left--) await peer.at(`/board/${left}`).connect().next('synced')
    expect(await peer.connect().refusal()).toMatchObject({ code: 400 })
  })

  it('is changed and watched by the server, also without a client', async () => {
    const started = await start()
    const events: string[] = []
    started.app.events.on('document', ({ path, kind }) => events.push(`${path} ${kind}`))
    const room = await started.app.documents.open('/board/9')
    await room.transact((tx) => tx.put({ id: 'a', type: 'shape', x: 4 }))
    const ann = await DocumentPeer.open(started, '/board/9')
    expect(await ann.connect().next('records')).toMatchObject({ put: [{ x: 4 }] })
    await expect(started.app.documents.open('/nothing')).rejects.toMatchObject({ code: 404 })
    await started.stop()
    expect(events).toEqual(['/board/9 opened', '/board/9 closed'])
    await expect(started.app.documents.open('/board/9')).rejects.toMatchObject({ code: 503 })
  })
})

it('an app without documents says so', async () => {
  const app = createWsApp({ controllers: [], logger: false })
  await expect(app.documents.open('/board/1')).rejects.toMatchObject({ code: 404 })
  expect(app.documents.get('/board/1')).toBeUndefined()
  await app.close()
})
