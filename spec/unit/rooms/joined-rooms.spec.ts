import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { JoinedRooms } from '../../../lib/rooms/joined-rooms.js'

const names = Array.from({ length: 40 }, (_, index) => `/room/${index}`)
const step = fc.record({
  kind: fc.constantFrom('add', 'add', 'delete'),
  name: fc.constantFrom(...names),
})

function create(): JoinedRooms {
  const known = new Map(names.map((name) => [name, { name }]))
  return new JoinedRooms({ find: (name) => known.get(name) })
}

describe('JoinedRooms', () => {
  it('is a set of names, whatever is added and deleted', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const joined = create()
        const set = new Set<string>()
        for (const { kind, name } of steps) {
          if (kind === 'add') joined.add(name)
          else expect(joined.delete(name)).toBe(set.has(name))
          if (kind === 'add') set.add(name)
          else set.delete(name)
          expect(joined.size).toBe(set.size)
          expect(joined.has(name)).toBe(set.has(name))
        }
        const expected = [...set].sort()
        const told: string[] = []
        joined.forEach((value, key, all) => {
          expect([value, all]).toEqual([key, joined])
          told.push(value)
        })
        for (const each of [joined, joined.keys(), joined.values(), told]) {
          expect([...each].sort()).toEqual(expected)
        }
        expect([...joined.entries()].map(([key]) => key).sort()).toEqual(expected)
      }),
    )
  })

  it('holds no room that nobody knows', () => {
    const joined = create().add('/other')
    expect([joined.size, joined.has('/other'), joined.delete('/other')]).toEqual([0, false, false])
  })
})
