import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals'
import { CoarseClock } from '../../../lib/runtime/coarse-clock.js'

/** Asks as often as messages come under load. */
function askOften(clock: CoarseClock): number {
  let time = 0
  for (let message = 0; message < 16; message++) time = clock.now()
  return time
}

describe('CoarseClock', () => {
  beforeEach(() => void jest.useFakeTimers())
  afterEach(() => void jest.useRealTimers())

  it('reads the time once for all that is asked within 10 ms, when much is asked', () => {
    const clock = new CoarseClock()
    const first = askOften(clock)
    jest.advanceTimersByTime(9)
    expect(clock.now()).toBe(first)
    jest.advanceTimersByTime(1)
    expect(clock.now()).toBe(first + 10)
  })

  it('is right again after hours in which nobody asked', () => {
    const clock = new CoarseClock()
    const first = askOften(clock)
    jest.advanceTimersByTime(3_600_000)
    expect(clock.now()).toBe(first + 3_600_000)
    jest.advanceTimersByTime(10)
    expect(clock.now()).toBe(first + 3_600_010)
  })

  it('wakes nobody up while little is asked', () => {
    const clock = new CoarseClock()
    const first = clock.now()
    for (let message = 1; message <= 100; message++) {
      jest.advanceTimersByTime(1)
      expect(clock.now()).toBe(first + message)
      expect(jest.getTimerCount()).toBe(0)
    }
  })
})
