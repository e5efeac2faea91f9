import { describe, expect, it } from '@jest/globals'
import { encodeAwareness } from '../../../lib/yjs/wire.js'
import { openYjs } from '../../support/yjs/open-yjs.js'
import { Peer, settle, type YjsRoom } from '../../support/yjs/peer.js'

const namesOf = ({ awareness }: Peer) =>
  [...awareness.getStates().values()].map(({ name }) => name as string).sort()

function show(room: YjsRoom, name: string, user?: string): Peer {
  const peer = new Peer()
  peer.awareness.setLocalState({ name })
  return peer.connect(room, 'write', user)
}

describe('awareness', () => {
  it('is shown to all who are there, and to who comes later', async () => {
    const { room, timers } = await openYjs()
    const [a, b] = [show(room, 'Ann'), show(room, 'Ben')]
    await settle(a, b)
    timers.advance(50)
    await settle(a, b)
    expect([namesOf(a), namesOf(b)]).toEqual([
      ['Ann', 'Ben'],
      ['Ann', 'Ben'],
    ])
    const c = show(room, 'Cid')
    await settle(c)
    expect(namesOf(c)).toEqual(['Ann', 'Ben', 'Cid'])
    expect([...room.engine.awareness.values()]).toEqual([
      { name: 'Ann' },
      { name: 'Ben' },
      { name: 'Cid' },
    ])
  })

  it('is gathered: a hundred moves are one frame', async () => {
    const { room, timers } = await openYjs()
    const [a, b] = [show(room, 'Ann'), show(room, 'Ben')]
    await settle(a, b)
    timers.advance(50)
    await settle(a, b)
    for (let at = 0; at < 100; at++) a.awareness.setLocalState({ name: 'Ann', at })
    while (a.step('up'));
    timers.advance(50)
    expect(b.line?.down).toHaveLength(1)
    await settle(b)
    expect(b.states[a.doc.clientID]).toEqual({ name: 'Ann', at: 99 })
  })

  it('goes with its client', async () => {
    const { room, timers } = await openYjs()
    const [a, b] = [show(room, 'Ann'), show(room, 'Ben')]
    await settle(a, b)
    timers.advance(50)
    await settle(a, b)
    a.drop()
    timers.advance(50)
    await settle(b)
    expect(namesOf(b)).toEqual(['Ben'])
    expect(room.engine.awareness.size).toBe(1)
  })

  it('is there again when its client is, which goes on with the clock it had', async () => {
    const { room, timers } = await openYjs()
    const [a, b] = [show(room, 'Ann'), show(room, 'Ben')]
    for (let round = 0; round < 3; round++) {
      await settle(a, b)
      timers.advance(50)
      await settle(a, b)
      a.drop()
      timers.advance(50)
      await settle(b)
      expect(namesOf(b)).toEqual(['Ben'])
      a.connect(room)
    }
    await settle(a, b)
    timers.advance(50)
    await settle(a, b)
    expect(namesOf(b)).toEqual(['Ann', 'Ben'])
    a.awareness.setLocalState({ name: 'Anna' })
    await settle(a, b)
    timers.advance(50)
    // It moves while its own state is on its way back to it.
    a.awareness.setLocalState({ name: 'Annabel' })
    await settle(a, b)
    expect(a.awareness.getLocalState()).toEqual({ name: 'Annabel' })
    timers.advance(50)
    await settle(a, b)
    expect(namesOf(b)).toEqual(['Annabel', 'Ben'])
  })

  it('is of its client alone: nobody says anything of another', async () => {
    const { room, timers } = await openYjs()
    const [a, b] = [show(room, 'Ann'), show(room, 'Ben')]
    await settle(a, b)
    timers.advance(50)
    const forged = (state: string | null) =>
      encodeAwareness([{ client: a.doc.clientID, clock: 1_000, state }])
    b.send(forged('{"name":"Fool"}'))
    b.send(forged(null))
    // Nor does anybody who greets as another.
    const c = new Peer()
    c.awareness.setLocalState(null)
    c.connect(room)
    c.send(forged('{"name":"Fool"}'))
    await settle(a, b, c)
    timers.advance(50)
    await settle(a, b, c)
    expect(namesOf(b)).toEqual(['Ann', 'Ben'])
    expect(namesOf(a)).toEqual(['Ann', 'Ben'])
    expect(a.awareness.getLocalState()).toEqual({ name: 'Ann' })
  })

  it('of a client whose first connection still seems open belongs to the second, of the same user', async () => {
    const { room, timers } = await openYjs()
    const [a, b] = [show(room, 'Ann', 'ann'), show(room, 'Ben', 'ben')]
    await settle(a, b)
    const old = a.line
    a.connect(room, 'write', 'ann')
    a.awareness.setLocalState({ name: 'Ann again' })
    await settle(a, b)
    timers.advance(50)
    await settle(a, b)
    room.disconnect(old?.id ?? '', old)
    timers.advance(50)
    await settle(a, b)
    expect(namesOf(b)).toEqual(['Ann again', 'Ben'])
  })

  it('that another tab passed on before its client came is its own when it comes', async () => {
    const { room, timers } = await openYjs()
    const a = new Peer()
    a.awareness.setLocalState(null)
    a.connect(room)
    const b = new Peer()
    b.awareness.setLocalState({ name: 'Ben' })
    const entry = { client: b.doc.clientID, clock: 1, state: '{"name":"Ben"}' }
    a.send(encodeAwareness([{ client: 1, clock: 1, state: null }]))
    a.send(encodeAwareness([entry]))
    await settle(a)
    b.connect(room)
    await settle(a, b)
    a.drop()
    timers.advance(50)
    await settle(b)
    expect([...room.engine.awareness.keys()]).toEqual([b.doc.clientID])
  })

  it.each([
    ['large', JSON.stringify({ name: 'x'.repeat(4090) }), 413],
    ['no object', '"Ann"', 400],
    ['a list', '[1]', 400],
    ['no JSON', '{name', 400],
  ])('that is %s is refused, and its client told', async (_what, state, code) => {
    const { room } = await openYjs()
    const a = new Peer()
    a.awareness.setLocalState(null)
    a.connect(room)
    a.send(encodeAwareness([{ client: a.doc.clientID, clock: 1, state }]))
    await settle(a)
    expect(a.told).toEqual([expect.objectContaining({ type: 100, code })])
    expect(room.engine.awareness.size).toBe(0)
  })

  it('of a client that says nothing for a minute is forgotten, unless it hears of it; who is quiet is kept awake', async () => {
    const { room, timers } = await openYjs()
    const a = show(room, 'Ann')
    await settle(a)
    timers.advance(50)
    await settle(a)
    const before = a.received
    timers.advance(15_000)
    await settle(a)
    expect(a.received - before).toBe(3)
    expect(room.engine.awareness.size).toBe(1)
    timers.advance(45_050)
    expect(room.engine.awareness.size).toBe(0)
    await settle(a)
    expect(room.engine.awareness.size).toBe(1)
  })

  it('leaves no timer behind', async () => {
    const { room, timers } = await openYjs()
    const a = show(room, 'Ann')
    await settle(a)
    await room.close()
    expect(timers.size).toBe(0)
  })
})
