import { afterEach, describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { writeJson } from '../../../lib/protocol/write-json.js'

const word = fc.oneof(fc.string(), fc.string({ unit: 'binary' }), fc.string({ minLength: 120 }))
const value = fc.oneof(
  word,
  fc.double(),
  fc.integer(),
  fc.constantFrom(null, undefined, true, false, -0, '\ud800', '"', '\\', '\u2028', new Date(0)),
  fc.jsonValue(),
  fc.anything(),
)

class Plain {
  constructor(
    readonly text: string,
    readonly count: number,
  ) {}

  get length(): number {
    return this.text.length
  }
}

class Told {
  readonly inner = 1

  toJSON(key: string): string {
    return `told by ${key}`
  }
}

class List extends Array<number> {}

/** Objects that JSON takes for something else than what a loop over their fields shows. */
const odd: readonly (readonly [string, unknown])[] = [
  ['an instance of a class', new Plain('a', 1)],
  ['one within an object', { inner: new Plain('a', 1) }],
  ['what says itself how it is written', new Told()],
  ['that in a field, which learns its name', { field: new Told() }],
  ['a toJSON of its own', { a: 1, toJSON: () => 'own' }],
  ['one that no loop shows', Object.defineProperty({ a: 1 }, 'toJSON', { value: () => 'own' })],
  ['boxed values', { n: Object(1) as object, s: Object('s') as object, b: Object(true) as object }],
  ['a boxed text', Object('text')],
  ['a subclass of Array', List.from([1, 2])],
  ['lists in objects', { list: [1, { a: 'b' }] }],
  ['lists of lists', { list: [[], [[]], [[[['deep']]]], 'a"b', 'c'] }],
  ['lists with what only lists write', { list: ['a', undefined, () => 1, Symbol('s'), null, NaN] }],
  // eslint-disable-next-line no-sparse-arrays -- that is what is tested
  ['lists with holes', { list: [, 1, , 'a', ,] }],
  ['long lists', { list: Array.from({ length: 40 }, (_, n) => `item ${n}`) }],
  ['a list that says itself how it is written', { list: Object.assign([1], { toJSON: () => 2 }) }],
  ['dates, alone and in lists', { at: new Date(0), all: [new Date(1)], a: 'b' }],
  ['long texts', { a: 'x'.repeat(500), b: `"${'x'.repeat(500)}"`, c: 'd' }],
  ['objects in objects', { a: { b: { c: { d: { e: 'deep' } } } } }],
  ['what it inherits', Object.create({ inherited: 1 }, { own: { value: 2, enumerable: true } })],
  ['no prototype', Object.assign(Object.create(null) as object, { a: 'b' })],
  ['maps, sets and errors', { map: new Map([[1, 2]]), set: new Set([1]), error: new Error('e') }],
  ['keys of digits, which come first', { b: 1, 2: 'x', 1: 'y' }],
  ['a key to be escaped', { 'a"\\\n\ud800': 'x' }],
  ['__proto__ as a field', JSON.parse('{"__proto__":"x"}')],
  ['symbols and functions', { [Symbol('s')]: 1, a: Symbol('t'), b: () => 1, c: 'c' }],
  ['nothing', {}],
  ['nothing that JSON would write', { a: undefined }],
  ['a proxy', new Proxy({ a: 'b' }, {})],
  ['a getter', Object.defineProperty({}, 'a', { get: () => 'got', enumerable: true })],
  ['many fields', Object.fromEntries(Array.from({ length: 100 }, (_, n) => [`k${n}`, n]))],
  ['numbers that JSON has not', { a: NaN, b: Infinity, c: -Infinity, d: -0, e: 1e21, f: 5e-324 }],
]

describe('writeJson', () => {
  afterEach(() => {
    Reflect.deleteProperty(Object.prototype, 'polluted')
    Reflect.deleteProperty(Object.prototype, 'toJSON')
  })

  it.each(odd)('writes as JSON.stringify does: %s', (_name, data) => {
    expect(writeJson(data)).toBe(JSON.stringify(data))
    expect(writeJson(data)).toBe(JSON.stringify(data))
  })

  it('writes any object as JSON.stringify does, or throws as it does', () => {
    const attempt = (write: () => unknown): unknown => {
      try {
        return write()
      } catch (error) {
        return (error as Error).constructor
      }
    }
    fc.assert(
      fc.property(fc.dictionary(word, value), (data) => {
        expect(attempt(() => writeJson(data))).toBe(attempt(() => JSON.stringify(data)))
      }),
      { numRuns: 300 },
    )
  })

  it.each([undefined, null, 'text', 1, NaN, true, [1, 'a'], Symbol('s'), () => 1])(
    'leaves %p to JSON.stringify',
    (data) => {
      expect(writeJson(data)).toBe(JSON.stringify(data))
    },
  )

  it('throws for what JSON cannot hold', () => {
    const cyclic: Record<string, unknown> = { a: 'b' }
    cyclic.self = cyclic
    expect(() => writeJson({ a: 'b', n: 1n })).toThrow(TypeError)
    expect(() => writeJson(cyclic)).toThrow(TypeError)
  })

  it('keeps to what JSON.stringify does when somebody has changed all objects', () => {
    Object.assign(Object.prototype, { polluted: 'x' })
    expect(writeJson({ a: 'b' })).toBe('{"a":"b"}')
    Reflect.deleteProperty(Object.prototype, 'polluted')
    Object.assign(Object.prototype, { toJSON: () => 'changed' })
    expect(writeJson({ a: 'b' })).toBe('"changed"')
  })

  it('writes dictionaries with any number of keys', () => {
    for (let n = 0; n < 5000; n++) expect(writeJson({ [`key-${n}`]: n })).toBe(`{"key-${n}":${n}}`)
    expect(writeJson({ 'key-0': 'again' })).toBe('{"key-0":"again"}')
  })
})
