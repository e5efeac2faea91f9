import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import type { ClusterMessage } from '../../../lib/cluster/messages.js'
import { OtherParts } from '../../../lib/cluster/other-parts.js'
import { readRooms } from '../../../lib/cluster/presence-part.js'
import { readMessage } from '../../../lib/cluster/read-message.js'
import { writeMessage } from '../../../lib/cluster/write-message.js'

const count = fc.nat()
const id = fc.string({ minLength: 1, maxLength: 64 })
const facts = { uptime: count, connections: count, rooms: count }

const message: fc.Arbitrary<ClusterMessage> = fc.oneof(
  fc.record({ kind: fc.constant('beat' as const), version: count, hello: fc.boolean(), ...facts }),
  fc.record({ kind: fc.constant('bye' as const) }),
  fc.record({ kind: fc.constant('delta' as const), from: count, rooms: fc.string() }),
  fc.record({ kind: fc.constant('pull' as const), have: count }),
  fc.record({
    ...{ kind: fc.constant('piece' as const), version: count, index: count, pieces: count },
    rooms: fc.string(),
  }),
  fc.record({
    ...{ kind: fc.constant('ask' as const), id, ago: count, once: fc.boolean() },
    question: fc.jsonValue(),
  }),
  fc.record({ kind: fc.constant('answer' as const), id, result: fc.jsonValue() }),
)

describe('a message between nodes', () => {
  it('is read as it was written', () => {
    fc.assert(
      fc.property(id, count, message, (node, generation, given) => {
        const received = readMessage(writeMessage({ node, generation }, given))
        // `-0` is no JSON.
        const expected = JSON.parse(JSON.stringify({ node, generation, message: given })) as unknown
        expect(JSON.parse(JSON.stringify(received))).toEqual(expected)
      }),
    )
  })

  it('of anything else is an error, and nothing worse', () => {
    const value = fc.oneof(fc.jsonValue(), fc.constantFrom('beat', 'ask', 'x'), count)
    const keys = ['kind', 'node', 'generation', 'version', 'id', 'ago', 'from', 'have', 'pieces']
    const head = fc.dictionary(fc.constantFrom(...keys), value).map((given) => ({ v: 1, ...given }))
    const text = fc.oneof(
      fc.string(),
      head.map((given) => `${JSON.stringify(given)}\n`),
    )
    fc.assert(
      fc.property(text, (payload) => {
        try {
          readMessage(payload)
        } catch (error) {
          expect(error).toBeInstanceOf(Error)
        }
      }),
    )
    expect(() => readMessage('x'.repeat(5_000_000))).toThrow('too large')
  })
})

describe('the parts of other nodes', () => {
  const ann = JSON.stringify(['ann', 1, null, 0, ''])

  it.each([
    ['no JSON', 'x'],
    ['no list', '{}'],
    ['a room without a name', '[[1,[]]]'],
    ['a room without rows', '[["/a"]]'],
    ['a member without an id', '[["/a",[[7]]]]'],
    ['no connections', '[["/a",[["ann",-1,null,0,""]]]]'],
    ['half a stamp', '[["/a",[["ann",1,null,0]]]]'],
    ['a count that cannot be counted on', '[["/a",[["ann",1,null,9007199254740991,""]]]]'],
  ])('are not read of %s, and stay as they were', (_name, rooms) => {
    const parts = new OtherParts(() => undefined)
    parts.apply('n', { from: 0, rooms: `[["/a",[${ann}]]]` })
    expect(() => readRooms(rooms)).toThrow()
    expect(() => parts.apply('n', { from: 1, rooms })).toThrow()
    expect(() => parts.load('n', { version: 9, index: 0, pieces: 1, rooms })).toThrow()
    expect([parts.versionOf('n'), parts.in('/a')?.size]).toEqual([1, 1])
  })

  it('are taken over when the last piece has come, in any order and of the newest only', () => {
    const parts = new OtherParts(() => undefined)
    const piece = (version: number, index: number, member: string): boolean =>
      parts.load('n', { version, index, pieces: 2, rooms: `[["/a",[${member}]]]` })
    const other = ann.replace('ann', 'ben')
    expect(piece(3, 1, other)).toBe(false)
    expect(piece(3, 1, other)).toBe(false)
    expect(parts.in('/a')).toBeUndefined()
    expect(piece(5, 0, ann)).toBe(false)
    expect(piece(3, 0, ann)).toBe(false)
    expect(piece(5, 1, other)).toBe(true)
    expect([...(parts.in('/a')?.keys() ?? [])]).toEqual(['ann', 'ben'])
    expect(parts.versionOf('n')).toBe(5)
    expect(piece(4, 0, ann)).toBe(false)
    expect(() => parts.load('n', { version: 9, index: 2, pieces: 2, rooms: '[]' })).toThrow()
    expect(() => parts.load('n', { version: 9, index: 0, pieces: 9_999, rooms: '[]' })).toThrow()
  })
})
