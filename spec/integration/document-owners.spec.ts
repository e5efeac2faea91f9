import { describe, expect, it } from '@jest/globals'
import { createWsApp, MemoryBroadcastTransport } from 'enfilade'
import { Document, MemoryDocumentOwners, MemoryStorage, RecordsEngine } from 'enfilade/documents'
import {
  BOARD,
  heard,
  OwnedBoards,
  shape,
  type BoardPeer,
} from '../support/documents/owned-boards.js'

describe('a document with an owner among several processes', () => {
  it('is open in one of them; clients of all edit it, and see each other', async () => {
    const boards = await OwnedBoards.start(3)
    const [one, two, three] = boards.apps
    const ann = await boards.join(one!, 'ann')
    const bob = await boards.join(two!, 'bob')
    const cid = await boards.join(three!, 'cid')
    expect(boards.owner()).toBe(one)
    await bob.push(1, shape('a', 1))
    expect(await bob.next('verdict')).toMatchObject({ n: 1, verdict: 'commit', clock: 1 })
    expect(await bob.next('durable')).toEqual({ type: 'durable', clock: 1 })
    for (const peer of [ann, cid]) {
      expect(await peer.next('patch')).toMatchObject({ clock: 1, ops: [shape('a', 1)] })
    }
    await cid.send({ type: 'presence', state: { at: 3 } })
    await boards.cluster.advance(100)
    for (const peer of [ann, bob]) {
      await peer.next('presence')
      expect(await peer.next('presence')).toMatchObject({
        join: [{ user: 'cid', state: { at: 3 } }],
      })
    }
    expect(
      one!.documents
        .get(BOARD)
        ?.sessions()
        .map(({ user }) => user),
    ).toEqual([...['ann', 'bob', 'cid']])
    expect(
      boards.apps.map(({ counters }) => [counters.documents, counters.documentSessions]),
    ).toEqual([
      [1, 1],
      [0, 1],
      [0, 1],
    ])
    const guest = { owned: 0, claimed: 0, forwarded: 1, guests: 0 }
    expect(boards.apps.map(({ counters }) => counters.documentOwners)).toMatchObject([
      { owned: 1, claimed: 1, takenOver: 0, lost: 0, forwarded: 0, guests: 2 },
      guest,
      guest,
    ])
  })

  it('takes frames in chunks, several in a message, and texts with line breaks, as at home', async () => {
    const boards = await OwnedBoards.start(2)
    await boards.join(boards.apps[0]!, 'ann')
    const bob = await boards.join(boards.apps[1]!, 'bob')
    const push = (n: number) => ({ type: 'push', n, ops: [shape('a', n)] })
    await bob.send([push(1), JSON.stringify(push(2), undefined, 2)])
    const text = JSON.stringify(push(3))
    await bob.send({ type: 'chunk', left: 1, text: text.slice(0, 20) })
    await bob.send({ type: 'chunk', left: 0, text: text.slice(20) })
    for (const n of [1, 2, 3]) expect(await bob.next('verdict')).toMatchObject({ n, clock: n })
    await bob.send('no JSON')
    expect(await bob.next('error')).toMatchObject({ error: { code: 400 } })
    await bob.send({ type: 'presence', state: { at: 'nowhere' } })
    expect(await bob.next('error')).toMatchObject({ error: { code: 400 } })
  })

  it('hydrates clients elsewhere with what is larger than what may be on its way', async () => {
    const boards = await OwnedBoards.start(2)
    const room = await boards.apps[0]!.documents.openHere(BOARD)
    room.transact((tx) => {
      for (let n = 0; n < 500; n++) tx.put({ id: `n${n}`, type: 'note', owner: 'x'.repeat(1_000) })
    })
    const bob = await boards.open(boards.apps[1]!, 'bob')
    await bob.connect()
    await boards.cluster.advance(1_000)
    let count = 0
    while (count < 500) count += ((await bob.next('records')) as { put: [] }).put.length
    expect((await bob.next('synced')).durable).toBe(1)
  })

  it('asks its rules with the session of a connection elsewhere, and tells its hooks', async () => {
    const boards = await OwnedBoards.start(2)
    const ann = await boards.join(boards.apps[0]!, 'ann')
    const bob = await boards.join(boards.apps[1]!, 'bob')
    await bob.push(1, ['put', { id: 'n', type: 'note', owner: 'me' }])
    const stamped = { id: 'n', type: 'note', owner: 'bob' }
    expect(await bob.next('verdict')).toMatchObject({ verdict: 'rebase', ops: [['put', stamped]] })
    await ann.push(1, ['remove', 'n'])
    expect(await ann.next('verdict')).toMatchObject({ verdict: 'discard', error: { code: 403 } })
    await bob.send({ type: 'leave' })
    expect(heard).toEqual([['bob', false, 1]])
    await bob.connect()
    await bob.next('synced')
    await bob.client.close()
    await boards.cluster.settle()
    expect(boards.owner()?.documents.get(BOARD)?.sessions()).toHaveLength(1)
  })

  it('lets a reader elsewhere read only, and hears at once when that changes', async () => {
    const boards = await OwnedBoards.start(2)
    await boards.join(boards.apps[0]!, 'ann')
    const user = { id: 'bob', may: 'read' }
    const bob = await boards.join(boards.apps[1]!, 'bob', user)
    await bob.push(1, shape('a', 1))
    expect(await bob.next('verdict')).toMatchObject({ verdict: 'discard', error: { code: 403 } })
    const nobody = await boards.open(boards.apps[1]!, 'eve', { may: 'none' })
    await nobody.connect()
    expect(await nobody.next('closed')).toMatchObject({ code: 4403 })
    const room = boards.owner()!.documents.get(BOARD)!
    const { id } = room.sessions().find((session) => session.user === 'bob')!
    expect(room.setAccess(id, 'write')).toBe(true)
    await boards.cluster.settle()
    expect(await bob.next('access')).toEqual({ type: 'access', access: 'write' })
    room.closeSession(id, 'Enough')
    await boards.cluster.settle()
    expect(await bob.next('closed')).toEqual({ type: 'closed', code: 4403, reason: 'Enough' })
    expect(bob.client.isOpen).toBe(true)
  })

  it('asks its rules with the new session of a connection elsewhere, once that has another', async () => {
    const boards = await OwnedBoards.start(2)
    await boards.join(boards.apps[0]!, 'ann')
    const bob = await boards.join(boards.apps[1]!, 'bob')
    boards.authorized = { id: 'robert', userId: 'bob', may: 'read' }
    const revoked = boards.apps[1]!.server.revoke('bob', { reauthorize: true })
    await boards.cluster.advance(1_000)
    await revoked
    expect(await bob.next('access')).toEqual({ type: 'access', access: 'read' })
    const [, session] = boards.owner()!.documents.get(BOARD)!.sessions()
    expect(session).toMatchObject({ access: 'read', meta: { session: { id: 'robert' } } })
  })

  it('lets a rule and a hook of the owner send to a connection elsewhere', async () => {
    const boards = await OwnedBoards.start(2)
    await boards.join(boards.apps[0]!, 'ann')
    const bob = await boards.join(boards.apps[1]!, 'bob')
    const room = boards.owner()!.documents.get(BOARD)!
    const { meta } = room.sessions()[1]!
    expect((meta as { send: (...all: unknown[]) => boolean }).send('hi', '/x', { a: 1 })).toBe(true)
    await boards.cluster.settle()
    expect(await bob.client.nextPush('hi')).toMatchObject({ path: '/x', data: { a: 1 } })
  })

  it('is not opened by an app that does not own it: it says where it is', async () => {
    const boards = await OwnedBoards.start(2)
    await boards.join(boards.apps[0]!, 'ann')
    const opening = expect(boards.apps[1]!.documents.openHere(BOARD)).rejects.toMatchObject({
      ...{ code: 409, message: expect.stringContaining('another process') },
    })
    await boards.cluster.settle()
    await opening
  })
})

/** A client that lost its session comes again, as `enfilade/client` does. */
async function again(boards: OwnedBoards, peer: BoardPeer, cursor: object): Promise<any> {
  await peer.connect({ cursor })
  await boards.cluster.advance(8_000)
  return peer.next('hello')
}

describe('an owner that goes', () => {
  it('saves, gives the document back and tells the others, whose clients go on where they were', async () => {
    const boards = await OwnedBoards.start(2)
    const [one, two] = boards.apps
    await boards.join(one!, 'ann')
    const bob = await boards.open(two!, 'bob')
    await bob.connect()
    const { cursor } = await bob.next('hello')
    await bob.push(1, shape('a', 1))
    const { clock, epoch } = await bob.next('verdict')
    await bob.next('durable')
    const closing = one!.close({ drain: 1 })
    await boards.cluster.settle()
    await closing
    expect(await bob.next('closed')).toMatchObject({ code: 1012 })
    expect(bob.client.isOpen).toBe(true)
    await bob.connect({ cursor: { epoch: epoch ?? cursor.epoch, clock } })
    await boards.cluster.settle()
    // Not a moment is waited for: the document was given back.
    expect(await bob.next('hello')).toMatchObject({ mode: 'diff', pushed: 1 })
    expect(boards.owner()).toBe(two)
    await bob.push(2, shape('b', 2))
    expect(await bob.next('verdict')).toMatchObject({ n: 2, clock: 2 })
  })

  it('is waited for by clients who come while it saves', async () => {
    const memory = new MemoryStorage()
    let release: () => void = () => undefined
    const held = new Promise<void>((resolve) => (release = resolve))
    const boards = await OwnedBoards.start(2, {
      checksTokens: true,
      open: (key, token) => {
        const storage = memory.open(key, token)
        return { ...storage, save: (bytes) => held.then(() => storage.save(bytes)) }
      },
    })
    const ann = await boards.join(boards.apps[0]!, 'ann')
    await ann.push(1, shape('a', 1))
    const closing = boards.apps[0]!.close()
    const bob = await boards.open(boards.apps[1]!, 'bob')
    await bob.connect()
    await boards.apps[1]!.clock.advance(1_000)
    expect(boards.apps[1]!.documents.get(BOARD)).toBeUndefined()
    release()
    await closing
    await boards.cluster.advance(200)
    expect((await bob.next('records')).put).toMatchObject([{ id: 'a', x: 1 }])
  })

  it('and says nothing loses the document when its lease is over; nothing durable is missing', async () => {
    const boards = await OwnedBoards.start(2)
    const [one, two] = boards.apps
    const ann = await boards.join(one!, 'ann')
    const bob = await boards.open(two!, 'bob')
    await bob.connect()
    const { cursor } = await bob.next('hello')
    await ann.push(1, shape('a', 1))
    await ann.next('verdict')
    await ann.next('durable')
    boards.cut(one!)
    await boards.cluster.advance(4_000)
    expect(await bob.next('closed')).toMatchObject({ code: 1012 })
    const hello = await again(boards, bob, { epoch: cursor.epoch, clock: 0 })
    expect(hello.cursor.clock).toBe(1)
    expect(boards.owner()).toBe(two)
    expect([one, two].map((app) => app!.counters.documentOwners)).toMatchObject([
      { owned: 0, lost: 1, guests: 0 },
      { owned: 1, takenOver: 1, forwarded: 0, interrupted: 1, lost: 0 },
    ])
    // The former owner has noticed, too: its clients find no way until it is back.
    expect(await ann.next('closed')).toMatchObject({ code: 1012 })
    boards.mend(one!)
    await ann.connect()
    await boards.cluster.advance(500)
    await ann.next('hello')
    await ann.push(2, shape('b', 2))
    expect(await ann.next('verdict')).toMatchObject({ n: 2, clock: 2 })
    expect(await bob.next('patch')).toMatchObject({ clock: 1 })
    expect(await bob.next('patch')).toMatchObject({ clock: 2 })
  })

  it('and is known to be gone is not waited for, by clients and by the next owner', async () => {
    const boards = await OwnedBoards.start(2)
    const [one, two] = boards.apps
    const ann = await boards.join(one!, 'ann')
    const bob = await boards.join(two!, 'bob')
    await ann.push(1, shape('a', 1))
    await ann.next('durable')
    const { owner } = await boards.shared.claim(BOARD, 'somebody')
    boards.cut(one!)
    boards.shared.gone(owner)
    // Not a moment passes.
    await boards.cluster.settle()
    expect(await bob.next('closed')).toMatchObject({ code: 1012 })
    await bob.connect()
    await boards.cluster.settle()
    expect((await bob.next('records')).put).toMatchObject([{ id: 'a' }])
    expect(two!.documents.get(BOARD)).toBeDefined()
    // It was alive after all, and finds out when it looks.
    await boards.cluster.advance(6_000)
    expect(boards.owner()).toBe(two)
  })

  it('and wakes up later writes nothing any more: what it says is refused by the storage', async () => {
    const boards = await OwnedBoards.start(2)
    const [one, two] = boards.apps
    const ann = await boards.join(one!, 'ann')
    await ann.push(1, shape('a', 1))
    await ann.next('verdict')
    await ann.next('durable')
    // Stopped: its clock stands still, too, so that it knows nothing of its lease.
    boards.cut(one!)
    const bob = await boards.open(two!, 'bob')
    await bob.connect()
    for (let left = 80; left > 0; left--) await two!.clock.advance(100)
    await bob.next('synced')
    await bob.push(1, shape('b', 2))
    await bob.next('durable')
    await ann.push(2, shape('stale', 9))
    expect(await ann.next('verdict')).toMatchObject({ n: 2, verdict: 'commit' })
    await boards.cluster.settle()
    expect(await ann.next('closed')).toMatchObject({ code: 1012 })
    expect(one!.documents.get(BOARD)).toBeUndefined()
    expect(boards.owner()).toBe(two)
    expect(two!.documents.get(BOARD)?.get('stale')).toBeUndefined()
    // It comes again with what was never durable, and nothing is lost or done twice.
    boards.mend(one!)
    await ann.connect()
    await boards.cluster.advance(200)
    expect(await ann.next('hello')).toMatchObject({ mode: 'full', pushed: 1 })
    await ann.push(2, shape('stale', 9))
    expect(await ann.next('verdict')).toMatchObject({ n: 2, verdict: 'commit', clock: 3 })
  })
})

describe('what is lost between processes', () => {
  it('ends the sessions that went over it, which begin anew, and lose nothing', async () => {
    const boards = await OwnedBoards.start(2)
    await boards.join(boards.apps[0]!, 'ann')
    const bob = await boards.join(boards.apps[1]!, 'bob')
    const { hub } = boards.cluster
    hub.fate = (channel) => (channel.startsWith('ws:documents:') ? 'is lost' : 'arrives')
    await bob.push(1, shape('a', 1))
    hub.fate = () => 'arrives'
    await boards.cluster.advance(1_000)
    expect(await bob.next('closed')).toMatchObject({ code: 1012 })
    await bob.connect()
    await boards.cluster.settle()
    await bob.next('synced')
    await bob.push(1, shape('a', 1))
    expect(await bob.next('verdict')).toMatchObject({ n: 1, verdict: 'commit' })
    expect(boards.owner()?.documents.get(BOARD)?.sessions()).toHaveLength(2)
  })

  it('and what comes twice, or is no message, is taken once, or not at all', async () => {
    const boards = await OwnedBoards.start(2)
    await boards.join(boards.apps[0]!, 'ann')
    const { hub } = boards.cluster
    hub.fate = () => 'is doubled'
    const bob = await boards.join(boards.apps[1]!, 'bob')
    const node = hub.published.find(({ channel }) => channel.startsWith('ws:documents:'))!.channel
    for (const payload of ['', 'null', '{"v":1}', '{"v":2}', '[]', '{"v":1,"items":[{}]}']) {
      hub.connect().publish(node, payload)
    }
    await bob.push(1, shape('a', 1))
    await bob.push(2, shape('a', 2))
    expect(await bob.next('verdict')).toMatchObject({ n: 1, clock: 1 })
    expect(await bob.next('verdict')).toMatchObject({ n: 2, clock: 2 })
    expect(boards.owner()?.documents.get(BOARD)?.sessions()).toHaveLength(2)
  })
})

describe('start-up', () => {
  it('refuses owners without a transport, that are none, or of documents with sockets of their own', () => {
    @Document('/a', { engine: engines('messages'), owners: new MemoryDocumentOwners() })
    class NoTransport {}
    expect(() => createWsApp({ controllers: [NoTransport] })).toThrow('broadcastTransport')
    @Document('/a', { engine: engines('socket'), owners: new MemoryDocumentOwners() })
    class Sockets {}
    @Document('/b', { engine: engines('messages'), owners: {} as never })
    class NoOwners {}
    const broadcastTransport = new MemoryBroadcastTransport()
    const create = () => createWsApp({ controllers: [Sockets, NoOwners], broadcastTransport })
    expect(create).toThrow('sockets of their own')
    expect(create).toThrow('owners')
  })

  it('warns of documents of records that several processes may open at once', () => {
    const warned: unknown[] = []
    const logger = {
      ...{ debug: () => undefined, info: () => undefined, error: () => undefined },
      warn: (fields: object) => void warned.push(fields),
    }
    @Document('/a', { engine: engines('messages') })
    class Alone {}
    createWsApp({ controllers: [Alone], logger: logger })
    expect(warned).toEqual([])
    const broadcastTransport = new MemoryBroadcastTransport()
    createWsApp({ controllers: [Alone], logger: logger, broadcastTransport })
    expect(warned).toEqual([{ documents: '/a' }])
  })
})

function engines(carrier: 'messages' | 'socket') {
  return { carrier, create: () => new RecordsEngine({ records: {} }) }
}
