import { EventEmitter } from 'node:events'
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals'
import { onExitSignals } from '../../../lib/runtime/exit-signals.js'
import { defer } from '../../support/deadline.js'
import { createRecordingLogger } from '../../support/recording-logger.js'

/** A process that is told to end and goes on. */
class FakeProcess extends EventEmitter {
  exitCode: number | undefined
  readonly exits: (number | undefined)[] = []

  exit(code = this.exitCode): void {
    this.exits.push(code)
  }

  signal(name: NodeJS.Signals): void {
    this.emit(name, name)
  }
}

const linger = 250

/** An app that listens for signals, with its end in the hand of the test. */
function listen(target: FakeProcess) {
  const closed = defer<void>()
  const logger = createRecordingLogger()
  const close = jest.fn(() => closed.promise)
  const signals = ['SIGTERM', 'SIGINT'] as const
  const end = onExitSignals({ signals, close, linger, logger, process: target })
  return { closed, close, logger, end }
}

beforeEach(() => {
  jest.useFakeTimers()
})

afterEach(() => {
  jest.useRealTimers()
})

describe('a signal', () => {
  it('closes the app, and ends the process when the last close frames are on their way', async () => {
    const target = new FakeProcess()
    const { closed, close } = listen(target)
    target.signal('SIGTERM')
    expect(close).toHaveBeenCalledTimes(1)
    closed.resolve()
    await jest.advanceTimersByTimeAsync(linger - 1)
    expect(target.exits).toEqual([])
    await jest.advanceTimersByTimeAsync(1)
    expect(target.exits).toEqual([undefined])
  })

  it('ends the process with 1, and says why, when closing fails', async () => {
    const target = new FakeProcess()
    const { closed, logger } = listen(target)
    target.signal('SIGINT')
    closed.reject(new Error('the database hangs'))
    await jest.advanceTimersByTimeAsync(0)
    expect(target.exits).toEqual([1])
    expect(JSON.stringify(logger.entries)).toContain('the app could not be closed in order')
  })

  it.each([
    ['SIGTERM', 143],
    ['SIGINT', 130],
  ] as const)('%s that comes second ends the process at once with %i', (second, code) => {
    const target = new FakeProcess()
    listen(target)
    target.signal(second === 'SIGTERM' ? 'SIGINT' : 'SIGTERM')
    target.signal(second)
    expect(target.exits).toEqual([code])
  })

  it('that comes again within half a second is the same one', () => {
    const target = new FakeProcess()
    const { close } = listen(target)
    target.signal('SIGINT')
    jest.advanceTimersByTime(499)
    target.signal('SIGINT')
    expect(target.exits).toEqual([])
    jest.advanceTimersByTime(2)
    target.signal('SIGINT')
    expect(target.exits).toEqual([130])
    expect(close).toHaveBeenCalledTimes(1)
  })

  it('waits for every app of the process', async () => {
    const target = new FakeProcess()
    const [one, two] = [listen(target), listen(target)]
    target.signal('SIGTERM')
    one.closed.reject(new Error('no'))
    await jest.advanceTimersByTimeAsync(linger)
    expect(target.exits).toEqual([])
    two.closed.resolve()
    await jest.advanceTimersByTimeAsync(linger)
    expect(target.exits).toEqual([1])
  })
})

it('an app that has closed listens for no signal', () => {
  const target = new FakeProcess()
  const { end } = listen(target)
  expect([target.listenerCount('SIGTERM'), target.listenerCount('SIGINT')]).toEqual([1, 1])
  end()
  expect([target.listenerCount('SIGTERM'), target.listenerCount('SIGINT')]).toEqual([0, 0])
})

it('an app that closes because of a signal hears the second', () => {
  const target = new FakeProcess()
  const { end } = listen(target)
  target.signal('SIGTERM')
  end()
  target.signal('SIGINT')
  expect(target.exits).toEqual([130])
})
