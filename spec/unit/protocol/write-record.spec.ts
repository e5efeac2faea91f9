import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { prepareData } from '../../../lib/protocol/codec-shortcuts.js'
import { jsonCodec } from '../../../lib/protocol/codec.js'
import { JsonText, writeRecord } from '../../../lib/protocol/write-record.js'

const text = fc.oneof(fc.string(), fc.string({ unit: 'binary' }), fc.string({ minLength: 120 }))
/** Half of a character, which JSON escapes. */
const broken = fc.constantFrom(
  '\ud800',
  'a\udfffb',
  '\ud83d\ude00',
  '\u2028',
  '"',
  '\\',
  '\n',
  '\u007f',
)
const word = fc.oneof(text, broken)
const params = fc.option(fc.dictionary(word, word), { nil: undefined })
const data = fc.oneof(
  fc.jsonValue(),
  fc.constantFrom(undefined, Number.NaN, new Date(0)),
  fc.anything(),
)

/** What JSON cannot be made of is another test's matter. */
function jsonOf(value: unknown): string | undefined {
  try {
    return JSON.stringify(value)
  } catch {
    return undefined
  }
}

describe('writeRecord', () => {
  it('writes pushes as JSON.stringify does', () => {
    fc.assert(
      fc.property(word, word, params, data, (event, path, params, data) => {
        const push = { event, path, params, data }
        const expected = jsonOf(push)
        fc.pre(expected !== undefined)
        expect(writeRecord(push as never)).toBe(expected)
      }),
      { numRuns: 500 },
    )
  })

  it('writes replies as JSON.stringify does, with null for data that JSON leaves out', () => {
    fc.assert(
      fc.property(fc.oneof(word, fc.maxSafeInteger()), data, (id, data) => {
        const expected = jsonOf({ id, data })
        fc.pre(expected !== undefined)
        const json = jsonOf(data)
        expect(writeRecord({ id, data })).toBe(
          json === undefined ? `{"id":${JSON.stringify(id)},"data":null}` : expected,
        )
      }),
      { numRuns: 500 },
    )
  })

  it('writes parameters that are no text as JSON.stringify does', () => {
    const push = { event: 'e', path: '/p', params: { a: 1, b: undefined, c: 'd' }, data: 1 }
    expect(writeRecord(push as never)).toBe(JSON.stringify(push))
  })

  it('writes an event whose parameters are others each time', () => {
    const all = [undefined, {}, { a: '1' }, { b: '2' }, { a: '3', b: '4' }, { b: '5', a: '6' }]
    for (const params of [...all, ...all]) {
      const push = { event: 'many-faced', path: '/p', params, data: 'x' }
      expect(writeRecord(push as never)).toBe(JSON.stringify(push))
    }
  })

  it('writes the pushes of an app that makes up its events as it goes', () => {
    for (let n = 0; n < 1500; n++) {
      const push = { event: `made-up-${n % 1000}`, path: '/p', params: { n: String(n) }, seq: n }
      expect(writeRecord(push)).toBe(JSON.stringify(push))
    }
  })

  it('throws for data that JSON cannot hold', () => {
    expect(() => writeRecord({ id: 1, data: 1n })).toThrow(TypeError)
    expect(() => writeRecord({ event: 'e', path: '/p', data: 1n })).toThrow(TypeError)
  })
})

describe('prepared data', () => {
  it('stands for the data in replies, in pushes and in what others write', () => {
    const prepared = prepareData(jsonCodec, { a: [1, 'b'] })
    expect(jsonCodec.encode({ id: 1, data: prepared })).toBe('{"id":1,"data":{"a":[1,"b"]}}')
    expect(jsonCodec.encode({ event: 'e', path: '/p', data: prepared })).toBe(
      '{"event":"e","path":"/p","data":{"a":[1,"b"]}}',
    )
    expect(JSON.stringify([prepared])).toBe('[{"a":[1,"b"]}]')
  })

  it('is as it was when it was prepared', () => {
    const data = { count: 1 }
    const prepared = prepareData(jsonCodec, data)
    data.count = 2
    expect(jsonCodec.encode({ id: 1, data: prepared })).toBe('{"id":1,"data":{"count":1}}')
  })

  it('is written when somebody reads it, where that may be nobody', () => {
    let written = 0
    const data = { toJSON: () => ++written }
    const prepared = prepareData(jsonCodec, data, true)
    expect(written).toBe(0)
    for (const id of [1, 2]) {
      expect(jsonCodec.encode({ id, data: prepared })).toBe(`{"id":${id},"data":1}`)
    }
    const nothing = prepareData(jsonCodec, Symbol('s'), true)
    expect(jsonCodec.encode({ id: 1, data: nothing })).toBe('{"id":1,"data":null}')
  })

  it('is the data itself when JSON leaves it out, or when another codec writes it', () => {
    const other = { ...jsonCodec }
    const data = { a: 1 }
    expect(prepareData(other, data)).toBe(data)
    expect(prepareData(jsonCodec, undefined)).toBeUndefined()
    expect(JsonText.of(Symbol('s'))).toBeUndefined()
  })
})
