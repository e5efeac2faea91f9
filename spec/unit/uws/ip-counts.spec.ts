import { describe, expect, it } from '@jest/globals'
import { IpCounts } from '../../../lib/uws/ip-counts.js'

describe('IpCounts', () => {
  it('takes as many as the limit from one address', () => {
    const counts = new IpCounts(2)
    expect([counts.take('a'), counts.take('a'), counts.take('a')]).toEqual([true, true, false])
  })

  it('counts each address by itself', () => {
    const counts = new IpCounts(1)
    expect([counts.take('a'), counts.take('b'), counts.take('a')]).toEqual([true, true, false])
  })

  it('has room again for each that was given back, and no more', () => {
    const counts = new IpCounts(2)
    for (const address of ['a', 'a']) counts.take(address)
    counts.give('a')
    expect([counts.take('a'), counts.take('a')]).toEqual([true, false])
  })

  it('does not gain room by giving back what was not taken', () => {
    const counts = new IpCounts(1)
    counts.give('a')
    counts.give('a')
    expect([counts.take('a'), counts.take('a')]).toEqual([true, false])
  })

  it('does not count refused ones', () => {
    const counts = new IpCounts(1)
    counts.take('a')
    for (let attempt = 0; attempt < 5; attempt++) counts.take('a')
    counts.give('a')
    expect(counts.take('a')).toBe(true)
  })

  it('takes any number with the limit Infinity', () => {
    const counts = new IpCounts(Infinity)
    const taken = Array.from({ length: 1000 }, () => counts.take('a'))
    expect(taken.every(Boolean)).toBe(true)
  })
})
