import { describe, expect, it } from '@jest/globals'
import { compileAddressReader, formatAddress } from '../../../lib/uws/remote-address.js'

const bytes = (...values: number[]): ArrayBuffer => Uint8Array.from(values).buffer

describe('formatAddress', () => {
  it.each([
    ['127.0.0.1', bytes(127, 0, 0, 1)],
    ['255.255.255.255', bytes(255, 255, 255, 255)],
    ['192.0.2.1', bytes(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 192, 0, 2, 1)],
    ['::1', bytes(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1)],
    ['::', bytes(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)],
    ['2001:db8::a:1', bytes(32, 1, 13, 184, 0, 0, 0, 0, 0, 0, 0, 0, 0, 10, 0, 1)],
    ['fe80::1', bytes(254, 128, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1)],
    ['', bytes()],
  ])('writes "%s"', (text, address) => {
    expect(formatAddress(address)).toBe(text)
  })
})

describe('compileAddressReader', () => {
  const forwarded = 'x-forwarded-for'
  it.each([
    [undefined, '203.0.113.9', '10.0.0.1'],
    [false, '203.0.113.9', '10.0.0.1'],
    [0, '203.0.113.9', '10.0.0.1'],
    [true, '203.0.113.9', '203.0.113.9'],
    [true, '203.0.113.9, 10.0.0.7', '203.0.113.9'],
    [1, '203.0.113.9', '203.0.113.9'],
    [1, '198.51.100.66, 203.0.113.9', '203.0.113.9'],
    [2, '198.51.100.66, 203.0.113.9, 10.0.0.7', '203.0.113.9'],
    [['10.0.0.1'], '198.51.100.66, 203.0.113.9', '203.0.113.9'],
    [['10.0.0.0/8'], '198.51.100.66, 203.0.113.9, 10.0.0.7', '203.0.113.9'],
    [['192.0.2.1'], '203.0.113.9', '10.0.0.1'],
    [[], '203.0.113.9', '10.0.0.1'],
    [['10.0.0.0/8'], '', '10.0.0.1'],
    [['10.0.0.0/8'], 'not an address', 'not an address'],
    [['loopback', 'uniquelocal'], '203.0.113.9', '203.0.113.9'],
  ])('with %j and the header "%s" answers %s', (trustProxy, header, address) => {
    const read = compileAddressReader(trustProxy)
    expect(read({ socketAddress: '10.0.0.1', headers: { [forwarded]: header } })).toBe(address)
  })

  it('answers the address of the socket when there is no header', () => {
    const read = compileAddressReader(true)
    expect(read({ socketAddress: '10.0.0.1', headers: {} })).toBe('10.0.0.1')
  })

  it.each([['nonsense'], ['10.0.0.0/99']])('refuses "%s", which is no address', (address) => {
    expect(() => compileAddressReader([address])).toThrow(TypeError)
  })
})
