import { describe, expect, it } from '@jest/globals'
import { Durations } from '../../../lib/inspector/durations.js'

describe('durations', () => {
  it('know nothing before anything was added', () => {
    expect(new Durations().share(0.5)).toBeUndefined()
  })

  it.each([1, 7, 100, 12_345, 999_999, 30_000_000])(
    'are known to within a fifth: %d µs',
    (value) => {
      const durations = new Durations()
      durations.add(value)
      const known = durations.share(0.5) ?? 0
      expect(known).toBeGreaterThanOrEqual(value * 0.999)
      expect(known).toBeLessThan(value * 1.2)
    },
  )

  it('tell the slow from the many', () => {
    const durations = new Durations()
    for (let count = 0; count < 990; count++) durations.add(10)
    for (let count = 0; count < 10; count++) durations.add(5_000)
    expect(durations.share(0.5)).toBeLessThan(12)
    expect(durations.share(0.995)).toBeGreaterThanOrEqual(5_000)
  })

  it('count nothing, and more than a minute, too', () => {
    const durations = new Durations()
    durations.add(0)
    expect(durations.share(1)).toBe(1)
    durations.add(1e12)
    expect(durations.share(1)).toBeGreaterThan(60_000_000)
  })

  it('forget', () => {
    const durations = new Durations()
    for (let count = 0; count < 4; count++) durations.add(1_000_000)
    for (let round = 0; round < 3; round++) durations.fade()
    for (let count = 0; count < 2; count++) durations.add(10)
    expect(durations.share(1)).toBeLessThan(12)
  })
})
