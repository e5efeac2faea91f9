import { afterEach, beforeEach, expect, it, jest } from '@jest/globals'
import { atMost } from '../../../lib/async/at-most.js'

beforeEach(() => {
  jest.useFakeTimers()
})

afterEach(() => {
  jest.useRealTimers()
})

it('ends with what it waits for, and leaves no timer', async () => {
  await atMost(1_000, Promise.resolve())
  expect(jest.getTimerCount()).toBe(0)
})

it('gives up after its time, also when that is longer than a timer can be', async () => {
  let isOver = false
  const done = atMost(Infinity, new Promise(() => undefined)).then(() => (isOver = true))
  await jest.advanceTimersByTimeAsync(2 ** 31 - 2)
  expect(isOver).toBe(false)
  await jest.advanceTimersByTimeAsync(1)
  await done
  expect(isOver).toBe(true)
})
