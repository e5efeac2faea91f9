import { beforeEach, describe, expect, it } from '@jest/globals'
import { DROPPED, KEPT, type SlowRule } from '../../../lib/rooms/slow-rule.js'
import { SlowQueue, WaitingFrame } from '../../../lib/runtime/slow-queue.js'

const SPACE = 10

let dropped: number
let queue: SlowQueue

const latest = (key: string): SlowRule => ({ policy: 'latest', key })

function rest(): unknown[] {
  const frames: unknown[] = []
  for (let frame = queue.shift(); frame !== undefined; frame = queue.shift()) frames.push(frame)
  return frames
}

beforeEach(() => {
  dropped = 0
  queue = new SlowQueue(() => dropped++)
})

describe('a queue of a slow client', () => {
  it('keeps the order, and knows its bytes in UTF-8', () => {
    for (const frame of ['a', 'é', new Uint8Array(3)])
      queue.add(new WaitingFrame(frame, KEPT), SPACE)
    expect(queue.bytes).toBe(6)
    expect(rest()).toEqual(['a', 'é', new Uint8Array(3)])
    expect([queue.bytes, queue.isEmpty]).toEqual([0, true])
  })

  it('drops what may be dropped and does not fit', () => {
    expect(queue.add(new WaitingFrame('12345678', DROPPED), SPACE)).toBe(true)
    expect(queue.add(new WaitingFrame('abc', DROPPED), SPACE)).toBe(false)
    expect(queue.add(new WaitingFrame('ab', DROPPED), SPACE)).toBe(true)
    expect([rest(), dropped]).toEqual([['12345678', 'ab'], 1])
  })

  it('keeps the newest of a key, at the place of the newest', () => {
    queue.add(new WaitingFrame('x1', latest('x')), SPACE)
    queue.add(new WaitingFrame('y1', latest('y')), SPACE)
    queue.add(new WaitingFrame('--', KEPT), SPACE)
    queue.add(new WaitingFrame('x2', latest('x')), SPACE)
    expect([rest(), dropped]).toEqual([['y1', '--', 'x2'], 1])
    queue.add(new WaitingFrame('x3', latest('x')), SPACE)
    expect([rest(), dropped]).toEqual([['x3'], 1])
  })

  it('makes room for the newest of a key and for what must not be lost: the oldest goes first', () => {
    for (const frame of ['d1__', 'd2__']) queue.add(new WaitingFrame(frame, DROPPED), SPACE)
    expect(queue.add(new WaitingFrame('k1__', KEPT), SPACE)).toBe(true)
    expect(queue.add(new WaitingFrame('l1__', latest('l')), SPACE)).toBe(true)
    expect([rest(), dropped]).toEqual([['k1__', 'l1__'], 2])
  })

  it('drops the newest of a key when only what must not be lost is there', () => {
    queue.add(new WaitingFrame('12345678', KEPT), SPACE)
    expect(queue.add(new WaitingFrame('abc', latest('l')), SPACE)).toBe(false)
    expect([rest(), dropped]).toEqual([['12345678'], 1])
  })

  it('takes what must not be lost even when it does not fit', () => {
    expect(queue.add(new WaitingFrame('x'.repeat(11), KEPT), SPACE)).toBe(true)
    expect(queue.bytes).toBe(11)
    expect(dropped).toBe(0)
  })

  it('forgets everything when it is cleared, keys included', () => {
    queue.add(new WaitingFrame('x1', latest('x')), SPACE)
    queue.clear()
    expect(queue.add(new WaitingFrame('x2', latest('x')), SPACE)).toBe(true)
    expect([queue.bytes, rest(), dropped]).toEqual([2, ['x2'], 0])
  })
})
