import { describe, expect, it } from '@jest/globals'
import { exceedsDepth } from '../../../lib/protocol/depth.js'
import { MessageFault, readMessage } from '../../../lib/protocol/read-message.js'

const valid = { event: 'say', path: '/' }

function nested(depth: number, wrap: (value: unknown) => unknown): unknown {
  let value: unknown = 1
  for (let level = 0; level < depth; level++) value = wrap(value)
  return value
}

describe('readMessage', () => {
  it.each([
    valid,
    { ...valid, id: 0 },
    { ...valid, id: -1 },
    { ...valid, id: Number.MAX_SAFE_INTEGER },
    { ...valid, id: 'x'.repeat(64) },
    { ...valid, id: 'é'.repeat(32) },
    { ...valid, id: '😀'.repeat(16) },
    { ...valid, data: null },
    { ...valid, data: [1] },
    { ...valid, more: true },
    { event: '$ping', path: '/', id: 1 },
  ])('accepts %j', (value) => {
    expect(readMessage(value, 32)).toBe(value)
  })

  it.each([[null], [undefined], ['text'], [1], [true], [[]], [[valid]]])('refuses %j', (value) => {
    expect(readMessage(value, 32)).toEqual(
      new MessageFault('A message is an object with event and path'),
    )
  })

  it.each([[''], ['x'.repeat(65)], ['é'.repeat(33)], [1.5], [2 ** 53], [null], [true], [{}], [[]]])(
    'refuses the id %j, and does not hand it on',
    (id) => {
      expect(readMessage({ ...valid, id }, 32)).toEqual(
        new MessageFault('id must be a string of 1 to 64 bytes or a safe integer'),
      )
    },
  )

  it.each([undefined, null, '', 1, {}, ['say']])('refuses the event %j, with the id', (event) => {
    expect(readMessage({ event, path: '/', id: 7 }, 32)).toEqual(
      new MessageFault('event must be a string that is not empty', 7),
    )
  })

  it.each([undefined, null, '', 'chat', 1, {}])('refuses the path %j, with the id', (path) => {
    expect(readMessage({ event: 'say', path, id: 7 }, 32)).toEqual(
      new MessageFault('path must be a string that starts with "/"', 7),
    )
  })

  it('counts the message itself as one level', () => {
    const array = (value: unknown): unknown => [value]
    expect(readMessage({ ...valid, data: nested(31, array) }, 32)).not.toBeInstanceOf(MessageFault)
    expect(readMessage({ ...valid, data: nested(32, array), id: 7 }, 32)).toEqual(
      new MessageFault('Nested deeper than 32 levels', 7),
    )
  })
})

describe('exceedsDepth', () => {
  it.each([
    ['arrays', (value: unknown) => [value]],
    ['objects', (value: unknown) => ({ value })],
    ['wide arrays', (value: unknown) => [1, 'x', value, null]],
    [
      'objects under __proto__',
      (value: unknown) => JSON.parse(`{"__proto__":${JSON.stringify(value)}}`) as unknown,
    ],
  ])('counts %s', (_what, wrap) => {
    expect(exceedsDepth(nested(5, wrap), 5)).toBe(false)
    expect(exceedsDepth(nested(6, wrap), 5)).toBe(true)
  })

  it.each([null, undefined, 1, 'text', true])('%p has no depth', (value) => {
    expect(exceedsDepth(value, 0)).toBe(false)
  })

  it('takes a million levels without running out of stack', () => {
    expect(
      exceedsDepth(
        nested(1_000_000, (value) => [value]),
        32,
      ),
    ).toBe(true)
  })

  it('ends for a value that contains itself', () => {
    const value: { self?: unknown } = {}
    value.self = value
    expect(exceedsDepth(value, 32)).toBe(true)
  })

  it('does not look into bytes', () => {
    expect(exceedsDepth(new Uint8Array(10), 1)).toBe(false)
  })
})
