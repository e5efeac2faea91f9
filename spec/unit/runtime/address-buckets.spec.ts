import { describe, expect, it } from '@jest/globals'
import { AddressBuckets } from '../../../lib/runtime/address-buckets.js'
import { addressKey } from '../../../lib/runtime/address-key.js'

describe('what counts as one address', () => {
  it.each([
    ['192.0.2.1', '192.0.2.1'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:db8:1:2::9', '2001:db8:1:2::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['2001:db8:1:2:3::', '2001:db8:1:2::/64'],
  ])('of %s is %s', (address, key) => {
    expect(addressKey(address)).toBe(key)
  })
})

describe('the buckets of addresses', () => {
  it('are shared by a /64, filled by time, and say when there is a token', () => {
    const buckets = new AddressBuckets({ perSecond: 2, burst: 2 })
    expect([buckets.take('2001:db8::1', 0), buckets.take('2001:db8::2', 0)]).toEqual([0, 0])
    expect(buckets.take('2001:db8::3', 0)).toBe(500)
    expect(buckets.take('2001:db8:0:1::1', 0)).toBe(0)
    expect(buckets.take('2001:db8::3', 250)).toBe(250)
    expect(buckets.take('2001:db8::3', 500)).toBe(0)
  })

  it('are forgotten when they are full again', () => {
    const buckets = new AddressBuckets({ perSecond: 1, burst: 1 })
    for (let n = 0; n < 999; n++) buckets.take(`192.0.${n >> 8}.${n & 255}`, 0)
    expect(buckets.size).toBe(999)
    buckets.take('198.51.100.1', 999)
    expect(buckets.size).toBe(1_000)
    for (let n = 0; n < 1_000; n++) buckets.take(`203.0.${n >> 8}.${n & 255}`, 1_000)
    expect(buckets.size).toBe(1_001)
  })
})
