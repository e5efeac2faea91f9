import { describe, expect, it } from '@jest/globals'
import { PendingFrames } from '../../../lib/runtime/pending-frames.js'
import { takeToken, type RateVerdict } from '../../../lib/runtime/rate-limiter.js'
import { createConnection, createHost } from '../../support/fake-connection.js'

describe('takeToken', () => {
  function bucket(rateLimit: { perSecond: number; burst: number }) {
    const { connection } = createConnection(createHost({ limits: { rateLimit } }))
    connection.refilledAt = 1000
    const take = (now: number, times = 1): RateVerdict[] =>
      Array.from({ length: times }, () => takeToken(connection, rateLimit, now))
    return { connection, take }
  }

  it('accepts a burst at once, and then refuses', () => {
    const { take } = bucket({ perSecond: 10, burst: 3 })
    expect(take(1000, 4)).toEqual(['accept', 'accept', 'accept', 'refuse'])
  })

  it('accepts again at the rate, and no more than a burst after a pause', () => {
    const { take } = bucket({ perSecond: 10, burst: 3 })
    take(1000, 3)
    expect(take(1099)).toEqual(['refuse'])
    expect(take(1100, 2)).toEqual(['accept', 'refuse'])
    expect(take(1300, 3)).toEqual(['accept', 'accept', 'refuse'])
    expect(take(100_000, 4)).toEqual(['accept', 'accept', 'accept', 'refuse'])
  })

  it('gains at a rate below one a second', () => {
    const { take } = bucket({ perSecond: 0.5, burst: 1 })
    expect(take(1000)).toEqual(['accept'])
    expect([1500, 2000, 2999].flatMap((now) => take(now))).toEqual(['refuse', 'close', 'close'])
    expect(take(3000)).toEqual(['accept'])
  })

  it('loses nothing of the rate to messages in between', () => {
    const { take } = bucket({ perSecond: 10, burst: 10 })
    take(1000, 10)
    let accepted = 0
    for (let now = 1001; now <= 2000; now += 1) {
      if (take(now)[0] === 'accept') accepted++
    }
    expect(accepted).toBe(10)
  })

  it('closes after as many refusals as the burst', () => {
    const { take } = bucket({ perSecond: 1, burst: 2 })
    expect(take(1000, 5)).toEqual(['accept', 'accept', 'refuse', 'refuse', 'close'])
  })

  it('forgets refusals once the bucket has been full', () => {
    const { connection, take } = bucket({ perSecond: 1, burst: 2 })
    take(1000, 4)
    expect(connection.refusals).toBe(2)
    take(2000, 2)
    expect(connection.refusals).toBe(3)
    take(10_000)
    expect(connection.refusals).toBe(0)
  })
})

describe('PendingFrames', () => {
  it('keeps frames in order', () => {
    const pending = new PendingFrames(3, 100)
    const bytes = new Uint8Array([1])
    expect(['a', bytes, 'b'].map((frame) => pending.add(frame))).toEqual([true, true, true])
    expect([1, 2, 3, 4].map(() => pending.shift())).toEqual(['a', bytes, 'b', undefined])
  })

  it('has room for so many frames', () => {
    const pending = new PendingFrames(2, 100)
    expect(['a', 'b', 'c'].map((frame) => pending.add(frame))).toEqual([true, true, false])
  })

  it.each([
    ['bytes', new Uint8Array(5)],
    ['text', 'abcde'],
    ['text of several bytes a letter', '€é'],
  ])('has room for so many bytes of %s', (_what, frame) => {
    const pending = new PendingFrames(10, 10)
    expect([1, 2, 3].map(() => pending.add(frame))).toEqual([true, true, false])
  })
})
