import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals'
import { CoarseClock } from '../../../lib/runtime/coarse-clock.js'

describe('CoarseClock', () => {
  beforeEach(() => void jest.useFakeTimers())
  afterEach(() => void jest.useRealTimers())

  it('reads the time once for all that is asked within 10 ms', () => {
    const clock = new CoarseClock()
    const first = clock.now()
    jest.advanceTimersByTime(9)
    expect(clock.now()).toBe(first)
    jest.advanceTimersByTime(1)
    expect(clock.now()).toBe(first + 10)
  })

  it('is right again after hours in which nobody asked', () => {
    const clock = new CoarseClock()
    const first = clock.now()
    jest.advanceTimersByTime(3_600_000)
    expect(clock.now()).toBe(first + 3_600_000)
    jest.advanceTimersByTime(10)
    expect(clock.now()).toBe(first + 3_600_010)
  })
})
