import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { SmallSet } from '../../../lib/rooms/small-set.js'

const item = fc.nat({ max: 40 })
const step = fc.record({ kind: fc.constantFrom('add', 'add', 'delete'), item })

describe('SmallSet', () => {
  it('is a Set, whatever is added and deleted', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const small = new SmallSet<number>()
        const set = new Set<number>()
        for (const { kind, item } of steps) {
          if (kind === 'add') small.add(item)
          else expect(small.delete(item)).toBe(set.has(item))
          if (kind === 'add') set.add(item)
          else set.delete(item)
          expect(small.size).toBe(set.size)
          expect(small.has(item)).toBe(set.has(item))
        }
        const expected = [...set].sort()
        expect([...small].sort()).toEqual(expected)
        expect([...small.keys()].sort()).toEqual(expected)
        expect([...small.values()].sort()).toEqual(expected)
        expect([...small.entries()].map(([key]) => key).sort()).toEqual(expected)
      }),
    )
  })

  it('tells its items and itself to forEach', () => {
    const small = new SmallSet<string>().add('a').add('b')
    const told: unknown[] = []
    small.forEach(function (this: unknown, value, key, set) {
      told.push([this, value, key, set === small])
    }, 'me')
    expect(told.map((each) => (each as unknown[]).slice(1))).toEqual([
      ['a', 'a', true],
      ['b', 'b', true],
    ])
  })
})
