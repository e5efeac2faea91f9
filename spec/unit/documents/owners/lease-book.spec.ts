import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { LeaseBook } from '../../../../lib/documents/owners/lease-book.js'

const TTL = 6_000

/** A book with one lease, asked for at 0. */
function held(): LeaseBook {
  const book = new LeaseBook(TTL)
  book.hold('/a', 7, 0)
  return book
}

describe('a lease', () => {
  it('counts for nine tenths of its time from when it was asked for', () => {
    const book = held()
    expect([0, 5_399].map((now) => book.isHeld('/a', 7, now))).toEqual([true, true])
    expect([book.isHeld('/a', 7, 5_400), book.tokenOf('/a', 5_400)]).toEqual([false, undefined])
    expect([book.isHeld('/a', 6, 0), book.isHeld('/b', 7, 0)]).toEqual([false, false])
  })

  it('is due after each third, whatever became of the renewal before', () => {
    const book = held()
    expect([book.nextAt, book.due(1_999)]).toEqual([2_000, []])
    expect(book.due(2_000)).toEqual([{ path: '/a', token: 7 }])
    expect([book.due(2_001), book.nextAt]).toEqual([[], 4_000])
    expect(book.due(4_000)).toHaveLength(1)
    expect(book.nextAt).toBe(5_400)
    expect(book.due(5_400)).toEqual([])
  })

  it('is longer when it was renewed, from when that was asked for', () => {
    const book = held()
    book.renewed({ path: '/a', token: 7 }, 2_000)
    expect([book.isHeld('/a', 7, 7_399), book.isHeld('/a', 7, 7_400)]).toEqual([true, false])
    // An answer that was overtaken makes it no shorter.
    book.renewed({ path: '/a', token: 7 }, 1_000)
    expect(book.isHeld('/a', 7, 7_399)).toBe(true)
    book.renewed({ path: '/a', token: 6 }, 9_000)
    expect(book.isHeld('/a', 7, 9_000)).toBe(false)
  })

  it('is over once, and says so', () => {
    const book = held()
    expect(book.expire(5_399)).toEqual([])
    expect(book.expire(5_400)).toEqual([{ path: '/a', token: 7 }])
    expect([book.expire(9_000), book.size, book.nextAt]).toEqual([[], 0, Infinity])
    book.renewed({ path: '/a', token: 7 }, 5_000)
    expect(book.size).toBe(0)
  })

  it('ends with the next one of the same document, which an old token does not end', () => {
    const book = held()
    book.hold('/a', 8, 1_000)
    expect([book.isHeld('/a', 7, 1_000), book.isHeld('/a', 8, 1_000)]).toEqual([false, true])
    expect([book.drop('/a', 7), book.drop('/a', 8), book.size]).toEqual([false, true, 0])
  })
})

it('two processes never both count on a document, whatever is late, lost or asleep', () => {
  /** What happens to one of two processes after a time; `late` is how long its call travels. */
  const step = fc.record({
    who: fc.nat(1),
    after: fc.nat(4_000),
    late: fc.nat(3_000),
    isLost: fc.boolean(),
  })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const books = [new LeaseBook(TTL), new LeaseBook(TTL)] as const
      let store = { owner: -1, token: 0, until: 0 }
      let now = 0
      for (const { who, after, late, isLost } of steps) {
        now += after
        const [askedAt, book] = [now, books[who] as LeaseBook]
        const [due] = book.due(now)
        // The store hears of it halfway; the answer takes the other half.
        now += late / 2
        if (due) {
          const isLatest = store.token === due.token
          if (isLatest) store = { ...store, until: now + TTL }
          now += late / 2
          if (isLatest && !isLost) book.renewed(due, askedAt)
        } else if (store.owner === who || store.until <= now) {
          store = { owner: who, token: store.token + 1, until: now + TTL }
          now += late / 2
          if (!isLost) book.hold('/a', store.token, askedAt)
        }
        const owners = books.filter((one) => one.tokenOf('/a', now) !== undefined)
        expect(owners.length).toBeLessThanOrEqual(1)
        expect(owners.every((one) => one.tokenOf('/a', now)! <= store.token)).toBe(true)
      }
    }),
  )
})
