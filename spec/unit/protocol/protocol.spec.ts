import { describe, expect, it } from '@jest/globals'
import { jsonCodec, type WsPush, type WsReply } from 'enfilade'
import { byteLength } from '../../../lib/protocol/byte-length.js'
import { isSendableCloseCode, truncateReason } from '../../../lib/protocol/close-codes.js'
import { chooseSubprotocol, listSubprotocols } from '../../../lib/protocol/subprotocol.js'

describe('truncateReason', () => {
  it.each([
    ['short', 'short'],
    ['x'.repeat(123), 'x'.repeat(123)],
    ['x'.repeat(124), 'x'.repeat(123)],
    ['é'.repeat(62), 'é'.repeat(61)],
    ['€'.repeat(42), '€'.repeat(41)],
    [`x${'😀'.repeat(31)}`, `x${'😀'.repeat(30)}`],
    ['😀'.repeat(31), '😀'.repeat(30)],
  ])('cuts %s on a code point', (reason, expected) => {
    expect(truncateReason(reason)).toBe(expected)
    expect(byteLength(truncateReason(reason))).toBeLessThanOrEqual(123)
  })
})

describe('isSendableCloseCode', () => {
  it.each([1000, 1001, 1002, 1003, 1007, 1009, 1011, 1013, 1014, 3000, 3999, 4000, 4999])(
    '%s may be sent',
    (code) => {
      expect(isSendableCloseCode(code)).toBe(true)
    },
  )

  it.each([0, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000, 65_536, -1, 1000.5, NaN, Infinity])(
    '%s may not',
    (code) => {
      expect(isSendableCloseCode(code)).toBe(false)
    },
  )
})

describe('jsonCodec', () => {
  it.each<WsPush | WsReply>([
    { id: 1, data: 'é😀' },
    { id: 'a"b', data: [1, { a: null }] },
    { id: 2, error: { code: 400, message: 'Invalid', details: [] } },
    { event: 'said', path: '/chat/x', params: { room: 'x' }, data: null },
  ])('reads back %j', (record) => {
    expect(jsonCodec.decode(jsonCodec.encode(record))).toEqual(record)
  })

  it.each([undefined, () => 1, Symbol('x'), { toJSON: () => undefined }])(
    'replies null for what JSON leaves out: %p',
    (data) => {
      expect(jsonCodec.encode({ id: 1, data })).toBe('{"id":1,"data":null}')
    },
  )

  it('refuses bytes', () => {
    expect(() => jsonCodec.decode(new Uint8Array([123, 125]))).toThrow('binary frames are not JSON')
  })

  it.each(['', '{', 'undefined', '{"a":1}x'])('refuses %j', (text) => {
    expect(() => jsonCodec.decode(text)).toThrow(SyntaxError)
  })

  it('leaves out what is undefined', () => {
    const push = { event: 'said', path: '/', params: undefined, data: undefined }
    expect(jsonCodec.encode(push as never)).toBe('{"event":"said","path":"/"}')
  })
})

describe('chooseSubprotocol', () => {
  it.each([
    ['', ''],
    ['enfilade.v1', 'enfilade.v1'],
    ['chat, enfilade.v1', 'enfilade.v1'],
    ['enfilade.v1,chat', 'enfilade.v1'],
    ['chat', ''],
    ['Enfilade.v1', ''],
    ['enfilade.v10', ''],
    [' , ,', ''],
  ])('answers %j with %j', (offered, chosen) => {
    expect(chooseSubprotocol(offered)).toBe(chosen)
  })

  it('lists what was offered', () => {
    expect(listSubprotocols(' a ,b,, c')).toEqual(['a', 'b', 'c'])
  })
})

describe('byteLength', () => {
  it.each([
    ['', 0],
    ['a', 1],
    ['é', 2],
    ['€', 3],
    ['😀', 4],
    ['\ud800', 3],
  ])('of %j is %s', (text, bytes) => {
    expect(byteLength(text)).toBe(bytes)
  })
})
