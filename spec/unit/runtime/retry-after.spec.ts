import { describe, expect, it } from '@jest/globals'
import { retryAfter } from '../../../lib/runtime/retry-after.js'

const all = (count: number): number[] =>
  Array.from({ length: count }, (_, index) => retryAfter(index, count))

describe('retryAfter', () => {
  it('is between one and two seconds for few connections', () => {
    for (const count of [1, 2, 500]) {
      for (const value of all(count)) {
        expect(value).toBeGreaterThanOrEqual(1000)
        expect(value).toBeLessThan(2000)
      }
    }
  })

  it.each([
    [5_000, 500],
    [20_000, 500],
    [30_000, 500],
  ])('lets no more than %i connections come back at %i a second', (count, rate) => {
    const perSecond = new Map<number, number>()
    for (const value of all(count)) {
      const second = Math.floor(value / 1000)
      perSecond.set(second, (perSecond.get(second) ?? 0) + 1)
    }
    // A slot that lies across the border may count for either second.
    expect(Math.max(...perSecond.values())).toBeLessThanOrEqual(rate + 1)
  })

  it('never asks for more than a minute beyond the first second', () => {
    const values = all(100_000)
    expect(Math.max(...values)).toBeLessThan(61_000)
    expect(Math.max(...values)).toBeGreaterThan(60_900)
  })

  it('is another moment of the same slot each time', () => {
    const values = new Set(Array.from({ length: 100 }, () => retryAfter(0, 1)))
    expect(values.size).toBeGreaterThan(10)
  })
})
