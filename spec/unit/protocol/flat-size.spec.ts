import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { byteLength } from '../../../lib/protocol/byte-length.js'
import { isFlatWithin } from '../../../lib/protocol/flat-size.js'

describe('isFlatWithin', () => {
  const text = fc.string({ unit: 'binary', maxLength: 12 })
  const flat = fc.dictionary(
    text,
    fc.oneof(text, fc.double(), fc.integer(), fc.boolean(), fc.constant(null)),
    { noNullPrototype: true },
  )

  it('is never wrong about what it says is small enough', () => {
    fc.assert(
      fc.property(flat, fc.nat({ max: 400 }), (data, bytes) => {
        if (isFlatWithin(data, bytes)) {
          expect(byteLength(JSON.stringify(data))).toBeLessThanOrEqual(bytes)
        }
      }),
    )
  })

  it.each([
    ['a cursor', { name: 'Ann', x: 0.25, y: -1.2345678901234567e-308, idle: false, at: null }],
    ['nothing', {}],
  ])('knows that %s is small', (_what, data) => {
    expect(isFlatWithin(data, 256)).toBe(true)
  })

  it.each([
    ['a text', 'Ann'],
    ['null', null],
    ['a list', []],
    ['what has parts', { at: { x: 1 } }],
    ['what JSON cannot carry', { at: 1n }],
    ['what JSON leaves out', { at: undefined }],
    ['what says itself how it is written', { toJSON: () => 'x'.repeat(9999) }],
    ['an object of a class', new Date(0)],
    ['a text at its limit', { name: 'x'.repeat(50) }],
  ])('does not say so of %s', (_what, data) => {
    expect(isFlatWithin(data, 256)).toBe(false)
  })
})
