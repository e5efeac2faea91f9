import { describe, expect, it } from '@jest/globals'
import { MemoryStorage, type DocumentChange } from 'enfilade/documents'
import { YjsEngine } from 'enfilade/yjs'
import * as Y from 'yjs'
import { openYjs } from '../../support/yjs/open-yjs.js'
import { frameOf, Peer, settle } from '../../support/yjs/peer.js'

describe('clients', () => {
  it('merge what they type, and see it', async () => {
    const { room } = await openYjs()
    const [a, b] = [new Peer().connect(room), new Peer().connect(room)]
    a.text.insert(0, 'world')
    b.text.insert(0, 'hello ')
    await settle(a, b)
    expect([a.isSynced, b.isSynced]).toEqual([true, true])
    expect(a.text.toJSON()).toBe(b.text.toJSON())
    expect(room.engine.getText('text').toJSON()).toBe(a.text.toJSON())
    expect(a.text.toJSON()).toHaveLength(11)
  })

  it('bring what they typed while they were away', async () => {
    const { room } = await openYjs()
    const [a, b] = [new Peer().connect(room), new Peer().connect(room)]
    await settle(a, b)
    a.drop()
    a.text.insert(0, 'offline')
    b.text.insert(0, 'online ')
    await settle(a, b)
    a.connect(room)
    // Typed before the server could ask for the rest: it builds on what is missing there.
    a.text.insert(0, '!')
    await settle(a, b)
    expect(a.text.toJSON()).toBe(b.text.toJSON())
    expect(b.text.toJSON().split('').sort().join('')).toBe(
      'offlineonline !'.split('').sort().join(''),
    )
  })

  it('are told when they may only read, and change nothing', async () => {
    const { room } = await openYjs()
    const reader = new Peer().connect(room, 'read')
    const writer = new Peer().connect(room)
    reader.text.insert(0, 'nobody reads it')
    await settle(reader, writer)
    expect(reader.told).toEqual([{ type: 2, code: 0, text: 'read-only' }])
    expect(writer.text.toJSON()).toBe('')
    expect(reader.line?.closed).toBeUndefined()
  })

  it('bring what was discarded when they may write after all', async () => {
    const { room } = await openYjs()
    const peer = new Peer().connect(room, 'read')
    peer.text.insert(0, 'patience')
    await settle(peer)
    room.setAccess(peer.line?.id ?? '', 'write')
    await settle(peer)
    expect(peer.told.at(-1)).toEqual({ type: 2, code: 2, text: 'read-write' })
    expect(room.engine.getText('text').toJSON()).toBe('patience')
    room.setAccess(peer.line?.id ?? '', 'read')
    peer.text.insert(0, 'no ')
    await settle(peer)
    expect(room.engine.getText('text').toJSON()).toBe('patience')
  })

  it('pay for what was changed, not for the document', async () => {
    const { room } = await openYjs()
    room.transact((doc) => doc.getText('text').insert(0, 'x'.repeat(1024 * 1024)))
    const [a, b] = [new Peer().connect(room), new Peer().connect(room)]
    await settle(a, b)
    const before = b.received
    a.text.insert(500_000, 'thirty-two bytes of a new text..')
    await settle(a, b)
    expect(b.text.toJSON()).toContain('thirty-two')
    expect(b.received - before).toBeLessThan(100)
  })

  it('get one frame of what several typed in a turn', async () => {
    const { room } = await openYjs()
    const peers = Array.from({ length: 5 }, () => new Peer().connect(room))
    await settle(...peers)
    for (const peer of peers) peer.text.insert(0, 'x')
    for (const peer of peers) while (peer.step('up'));
    await new Promise((resolve) => setImmediate(resolve))
    expect(peers.map(({ line }) => line?.down.length)).toEqual([1, 1, 1, 1, 1])
    await settle(...peers)
    expect(peers.map(({ text }) => text.toJSON())).toEqual(Array(5).fill('xxxxx'))
  })
})

describe('a client that breaks the rules', () => {
  const text = (value: string) => new TextEncoder().encode(value)

  it.each([
    ['a text', 'hello' as never],
    ['nothing', new Uint8Array()],
    ['an unknown message', frameOf([77])],
    ['an unknown step', frameOf([0, 9], text('x'))],
    ['half a frame', frameOf([0, 2, 200])],
    ['an update that is none', frameOf([0, 2], text('this is no update'))],
    ['a state vector that is none', frameOf([0, 0], Uint8Array.of(255, 255))],
    ['awareness that is none', frameOf([1], text('nor is this'))],
  ])('is told so, and no one else: %s', async (_what, frame) => {
    const { room, errors } = await openYjs()
    const [a, b] = [new Peer().connect(room), new Peer().connect(room)]
    await settle(a, b)
    a.send(frame)
    await settle(a, b)
    expect(a.told).toEqual([expect.objectContaining({ type: 100, code: 400 })])
    expect(b.told).toEqual([])
    expect(errors).toEqual([])
    a.text.insert(0, 'still here')
    await settle(a, b)
    expect(b.text.toJSON()).toBe('still here')
  })

  it('is closed at once when what it sends breaks off half way, and the others go on', async () => {
    const { room } = await openYjs()
    const [a, b] = [new Peer().connect(room), new Peer().connect(room)]
    // What breaks off is put beside what this client has written.
    b.doc.clientID = 1
    b.text.insert(0, 'well')
    await settle(a, b)
    a.send(frameOf([0, 2], Uint8Array.from([1, 1, 9, 0, 196, 9, 0, 1, 3, 3, 97, 98, 99, 0])))
    await settle(a, b)
    expect(a.line?.closed).toEqual({ code: 4400, reason: 'The update cannot be applied' })
    b.text.insert(4, ' done')
    await settle(b)
    expect(room.engine.getText('text').toJSON()).toBe('well done')
    expect(new Peer().connect(room).line?.closed).toBeUndefined()
  })

  it('is closed when it goes on', async () => {
    const { room } = await openYjs()
    const peer = new Peer().connect(room)
    for (let count = 0; count < 20; count++) peer.send(frameOf([77]))
    await settle(peer)
    expect(peer.line?.closed?.code).toBe(4400)
  })

  it('is closed when the document would be too large, which stays as it is', async () => {
    const { room } = await openYjs({}, { maxBytes: 2_000 })
    const [a, b] = [new Peer().connect(room), new Peer().connect(room)]
    a.text.insert(0, 'fits')
    await settle(a, b)
    a.text.insert(0, 'x'.repeat(3_000))
    await settle(a, b)
    expect(a.told.at(-1)).toEqual(expect.objectContaining({ type: 100, code: 413 }))
    expect(a.line?.closed).toEqual({ code: 4400, reason: 'A document has 2000 bytes at most' })
    b.text.insert(0, 'this ')
    await settle(b)
    expect(room.engine.getText('text').toJSON()).toBe('this fits')
  })
})

describe('the server', () => {
  it('changes a document as a whole', async () => {
    const changes: DocumentChange[] = []
    const { room } = await openYjs({ onCommit: (change) => changes.push(change) })
    const peer = new Peer().connect(room)
    await settle(peer)
    const result = room.transact((doc) => {
      doc.getText('text').insert(0, 'one')
      doc.getMap('meta').set('by', 'server')
      return 7
    })
    await settle(peer)
    expect(result).toBe(7)
    expect([peer.text.toJSON(), peer.doc.getMap('meta').get('by')]).toEqual(['one', 'server'])
    expect([room.clock, changes.length]).toEqual([1, 1])
    expect(room.get('text')).toBe('one')
    expect(room.get('nothing')).toBeUndefined()
  })

  it('changes nothing when it throws half way', async () => {
    const { room } = await openYjs()
    const peer = new Peer().connect(room)
    peer.text.insert(0, 'before')
    await settle(peer)
    const broken = () =>
      room.transact((doc) => {
        doc.getText('text').delete(0, 6)
        throw new Error('half way')
      })
    expect(broken).toThrow('half way')
    expect(room.engine.getText('text').toJSON()).toBe('before')
    peer.text.insert(6, ' and after')
    room.transact((doc) => doc.getText('text').insert(0, 'just '))
    await settle(peer)
    expect(peer.text.toJSON()).toBe('just before and after')
    expect(room.engine.getText('text').toJSON()).toBe('just before and after')
  })

  it('takes a document back to what it was', async () => {
    const { room } = await openYjs()
    const [a, b] = [new Peer().connect(room), new Peer().connect(room)]
    a.text.insert(0, 'the first chapter')
    a.doc.getMap('meta').set('title', 'one')
    await settle(a, b)
    const then = room.snapshot()
    b.text.delete(4, 5)
    b.text.insert(4, 'last')
    b.doc.getMap('meta').set('title', 'two')
    b.doc.getArray('more').push(['x'])
    await settle(a, b)
    room.loadSnapshot(then)
    await settle(a, b)
    for (const doc of [a.doc, b.doc, room.engine.doc]) {
      expect(doc.getText('text').toJSON()).toBe('the first chapter')
      expect(doc.getMap('meta').toJSON()).toEqual({ title: 'one' })
      expect(doc.getArray('more').toJSON()).toEqual([])
    }
    expect(() => room.loadSnapshot(Uint8Array.of(1, 2, 3))).toThrow(
      expect.objectContaining({ code: 400 }),
    )
  })

  it('sends something of its own, and hands a session to another process', async () => {
    const { room } = await openYjs()
    const peer = new Peer().connect(room)
    peer.text.insert(0, 'here')
    await settle(peer)
    room.sendTo(peer.line?.id ?? '', { hello: 1 })
    const { line } = peer
    const snapshot = room.sessionSnapshot(line?.id ?? '')
    room.transact((doc) => doc.getText('text').insert(4, ' and there'))
    room.resume({ socket: line as never, snapshot: snapshot as never })
    await settle(peer)
    expect(peer.told).toEqual([{ type: 101, text: '{"hello":1}' }])
    expect(peer.text.toJSON()).toBe('here and there')
  })

  it('refuses a size that is none', () => {
    expect(() => new YjsEngine({ maxBytes: 0 })).toThrow(TypeError)
  })
})

describe('a storage', () => {
  it('keeps deltas, and one snapshot that means the same', async () => {
    const storages = new MemoryStorage()
    const storage = storages.open('/text/1')
    const { room } = await openYjs({ storage })
    const peer = new Peer().connect(room)
    for (const word of ['one ', 'two ', 'three ']) {
      peer.text.insert(0, word)
      await settle(peer)
    }
    peer.text.delete(0, 6)
    await settle(peer)
    await room.flush()
    const { snapshot, changes } = await storage.load()
    expect([snapshot, changes.length]).toEqual([undefined, 4])
    await room.close()
    const saved = await storage.load()
    expect(saved.changes).toEqual([])
    const doc = new Y.Doc()
    Y.applyUpdate(doc, saved.snapshot ?? new Uint8Array())
    expect(doc.getText('text').toJSON()).toBe('two one ')
    const again = await openYjs({ storage: storages.open('/text/1') })
    expect(again.room.engine.getText('text').toJSON()).toBe('two one ')
  })

  it('with what is no document of Yjs is left as it is', async () => {
    const storage = new MemoryStorage().open('/text/1')
    await storage.save(new TextEncoder().encode('{"records":[]}'))
    await expect(openYjs({ storage })).rejects.toThrow('What is stored is no document of Yjs')
    expect(new TextDecoder().decode((await storage.load()).snapshot)).toBe('{"records":[]}')
  })
})
