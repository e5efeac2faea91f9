import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import * as Y from 'yjs'
import { checkUpdate } from '../../../lib/yjs/check-update.js'
import { GuardedDoc } from '../../../lib/yjs/guarded-doc.js'

/** A document with something of everything in it. */
function sample(): Y.Doc {
  const doc = new Y.Doc()
  // The same bytes in each run.
  doc.clientID = 1
  doc.getText('text').insert(0, 'hello world')
  doc.getText('text').format(0, 5, { bold: true })
  doc.getMap('map').set('list', [1, { two: [2] }])
  doc.getArray('array').push([new Y.Map(), new Y.Text('inner'), 1, new Uint8Array([1, 2])])
  doc.getXmlFragment('page').push([new Y.XmlElement('p')])
  return doc
}

let writers = 1

function changed(base: Uint8Array, change: (doc: Y.Doc) => void): Uint8Array {
  const doc = new Y.Doc()
  doc.clientID = ++writers
  Y.applyUpdate(doc, base)
  const vector = Y.encodeStateVector(doc)
  change(doc)
  return Y.encodeStateAsUpdate(doc, vector)
}

function open(...changes: Uint8Array[]): { guarded: GuardedDoc; deltas: Uint8Array[] } {
  const deltas: Uint8Array[] = []
  const guarded = new GuardedDoc(1024 * 1024, (delta) => deltas.push(delta))
  guarded.restore({ snapshot: undefined, changes })
  return { guarded, deltas }
}

const shown = (doc: Y.Doc): unknown => ({
  text: doc.getText('text').toDelta(),
  map: doc.getMap('map').toJSON(),
  array: doc.getArray('array').toJSON(),
  page: doc.getXmlFragment('page').toJSON(),
})

function textOf(update: Uint8Array): string {
  const doc = new Y.Doc()
  Y.applyUpdate(doc, update)
  return doc.getText('text').toJSON()
}

const base = Y.encodeStateAsUpdate(sample())
const update = changed(base, (doc) => {
  doc.getText('text').insert(3, 'abc')
  doc.getText('text').delete(8, 2)
  doc.getMap('map').set('more', [1, { z: 2 }])
  const first = doc.getArray<Y.Map<number>>('array').get(0)
  first.set('k', 1)
  doc.getArray('array').delete(2, 1)
})

describe('bytes of a stranger', () => {
  const runs = Number(process.env.YJS_FUZZ_RUNS ?? 500)

  it(`that are broken anywhere are refused or merged, and never break the document (${runs} runs)`, () => {
    const hit = fc.record({ at: fc.nat(), value: fc.nat(255) })
    const cases = fc.record({
      hits: fc.array(hit, { minLength: 1, maxLength: 4 }),
      cut: fc.option(fc.nat(), { freq: 5 }),
      isWhole: fc.boolean(),
    })
    const seen = { refused: 0, merged: 0 }
    const property = fc.property(cases, ({ hits, cut, isWhole }) => {
      const { guarded } = open(base)
      const source = isWhole ? Y.mergeUpdates([base, update]) : update
      const bytes = source.slice(0, cut === null ? undefined : cut % source.length)
      for (const { at, value } of hits) if (bytes.length > 0) bytes[at % bytes.length] = value
      const before = shown(guarded.doc)
      try {
        guarded.apply(bytes, 'stranger')
        seen.merged++
      } catch (error) {
        expect(error).toMatchObject({ code: 400 })
        seen.refused++
        expect(shown(guarded.doc)).toEqual(before)
      }
      // Whatever came of it: the document can be stored, read again and written to.
      expect(guarded.doc.store.pendingStructs).toBeNull()
      const { guarded: again } = open(guarded.encode())
      expect(shown(again.doc)).toEqual(shown(guarded.doc))
      expect(guarded.transact((doc) => doc.getText('after').insert(0, 'x'))).toBeUndefined()
      expect(again.doc.getText('after').toJSON()).toBe('')
    })
    fc.assert(property, { numRuns: runs, seed: 7 })
    expect([seen.refused > 0, seen.merged > 0]).toEqual([true, true])
  }, 60_000)

  it('that break off half way through the document leave nothing in it', () => {
    const { guarded, deltas } = open(base)
    const { doc } = guarded
    // It is to stand left of itself: Yjs reads it, and fails when it is half in.
    const loop = Uint8Array.from([1, 1, 9, 0, 196, 9, 0, 1, 3, 3, 97, 98, 99, 0])
    expect(() => guarded.apply(loop, 'stranger')).toThrow('The update cannot be applied')
    expect(guarded.doc).not.toBe(doc)
    expect([shown(guarded.doc), deltas]).toEqual([shown(sample()), []])
  })

  it('that are random are refused', () => {
    const property = fc.property(fc.uint8Array({ minLength: 3, maxLength: 200 }), (bytes) => {
      const { guarded, deltas } = open(base)
      const before = guarded.encode()
      try {
        guarded.apply(bytes, 'stranger')
      } catch (error) {
        expect(error).toMatchObject({ code: 400 })
        expect([guarded.encode(), deltas]).toEqual([before, []])
      }
    })
    fc.assert(property, { numRuns: 100, seed: 7 })
  })

  it.each<[string, (doc: Y.Doc) => void]>([
    ['a key', (doc) => doc.getMap('map').set('__proto__', 1)],
    ['the name of a type', (doc) => doc.getMap('__proto__').set('a', 1)],
    ['a key of a value', (doc) => doc.getMap('map').set('a', JSON.parse('{"__proto__":{"x":1}}'))],
    ['a format', (doc) => doc.getText('text').insert(0, 'x', { ['__proto__']: true })],
    ['an embed', (doc) => doc.getText('text').insertEmbed(0, JSON.parse('{"__proto__":{"x":1}}'))],
  ])('with __proto__ are refused: %s', (_what, change) => {
    const { guarded } = open(base)
    expect(() => guarded.apply(changed(base, change), 'stranger')).toThrow('"__proto__" is no name')
  })

  it('with values that are too deep to be stored are refused', () => {
    const nested = (depth: number): unknown => (depth === 0 ? 1 : { a: nested(depth - 1) })
    const at = (depth: number) => changed(base, (doc) => doc.getMap('map').set('a', nested(depth)))
    expect(() => checkUpdate(at(33))).not.toThrow()
    expect(() => checkUpdate(at(34))).toThrow('A value is 32 levels deep at most')
    const { guarded } = open(base)
    // 20,000 arrays in arrays, written by hand: the one byte after the head is the depth of the stack.
    const deep = Uint8Array.from([
      1,
      1,
      1,
      0,
      8,
      1,
      1,
      97,
      1,
      ...Array(40_000).fill([117, 1]).flat(),
    ])
    expect(() => guarded.apply(deep, 'stranger')).toThrow('The update cannot be read')
  })

  it('with clocks that nothing could read any more are refused', () => {
    // One client, one struct: a skipped range of 2^50 at 0.
    const huge = Uint8Array.from([1, 1, 1, 0, 0, 128, 128, 128, 128, 128, 128, 128, 2, 0])
    const { guarded } = open(base)
    expect(() => guarded.apply(huge, 'stranger')).toThrow('A clock is too large')
  })
})

describe('what builds on something that is missing', () => {
  const first = changed(base, (doc) => doc.getText('text').insert(0, 'first '))
  const second = changed(Y.mergeUpdates([base, first]), (doc) =>
    doc.getText('text').insert(6, 'second '),
  )

  it('is left out, and told', () => {
    const { guarded, deltas } = open(base)
    expect(guarded.apply(second, 'stranger')).toBe('gap')
    expect([deltas, textOf(guarded.encode())]).toEqual([[], 'hello world'])
    expect(guarded.apply(Y.mergeUpdates([first, second]), 'stranger')).toBe('whole')
    expect(textOf(guarded.encode())).toBe('first second hello world')
  })

  it('is kept when it is stored, until the rest comes', () => {
    const { guarded, deltas } = open(base, second)
    expect(textOf(guarded.encode())).toBe('hello world')
    const { guarded: again } = open(guarded.encode())
    expect(again.apply(first, 'stranger')).toBe('whole')
    expect(textOf(again.encode())).toBe('first second hello world')
    expect(deltas).toEqual([])
  })

  it('comes from what another process has stored', () => {
    const { guarded, deltas } = open(base, second)
    const merged = guarded.merge({ snapshot: base, changes: [first] }, 'stored')
    expect([textOf(merged), deltas.length]).toEqual(['first second hello world', 1])
    expect(() => guarded.merge({ snapshot: Uint8Array.of(9), changes: [] }, 'stored')).toThrow(
      'What is stored is no document of Yjs',
    )
  })
})

describe('a document that is taken back', () => {
  it('is what it was, whatever was done', () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant('insert'), at: fc.nat(), text: fc.string({ minLength: 1 }) }),
      fc.record({ kind: fc.constant('delete'), at: fc.nat(), text: fc.string() }),
      fc.record({ kind: fc.constant('set'), at: fc.nat(3), text: fc.string() }),
      fc.record({ kind: fc.constant('unset'), at: fc.nat(3), text: fc.string() }),
    )
    const act = (
      doc: Y.Doc,
      { kind, at, text: value }: { kind: string; at: number; text: string },
    ) => {
      const text = doc.getText('text')
      if (kind === 'insert') text.insert(at % (text.length + 1), value)
      else if (kind === 'delete' && text.length > 0) {
        const from = at % text.length
        text.delete(from, Math.min(3, text.length - from))
      } else if (kind === 'set') doc.getMap('map').set(String(at), value)
      else doc.getMap('map').delete(String(at))
    }
    const steps = fc.array(step, { maxLength: 15 })
    const property = fc.property(steps, steps, (before, after) => {
      const { guarded } = open(base)
      for (const one of before) guarded.transact((doc) => act(doc, one))
      const then = guarded.encode()
      const was = [guarded.doc.getText('text').toJSON(), guarded.doc.getMap('map').toJSON()]
      for (const one of after) guarded.transact((doc) => act(doc, one))
      guarded.revert(then)
      expect([guarded.doc.getText('text').toJSON(), guarded.doc.getMap('map').toJSON()]).toEqual(
        was,
      )
    })
    fc.assert(property, { numRuns: 50, seed: 7 })
  })
})
