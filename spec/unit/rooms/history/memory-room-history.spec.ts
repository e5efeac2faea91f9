import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals'
import fc from 'fast-check'
import { MemoryRoomHistory } from '../../../../lib/rooms/history/memory-room-history.js'
import type { RoomLog } from '../../../../lib/rooms/history/room-history.js'

const room = '/chat/a'

beforeEach(() => {
  jest.useFakeTimers()
})

afterEach(() => {
  jest.useRealTimers()
})

function append(log: RoomLog, count = 1, text = 'push'): void {
  for (let index = 0; index < count; index++) log.append((seq) => `${text} ${seq}`, undefined)
}

function framesSince(log: RoomLog, seq: number, epoch = log.epoch): unknown {
  return log.since({ epoch, seq })?.map(({ frame }) => frame)
}

describe('a log', () => {
  it('gives what came after a position, in order, and nothing to who has it all', () => {
    const log = new MemoryRoomHistory().open(room, { size: 3, ttl: 10 })
    append(log, 3)
    expect(log.seq).toBe(3)
    expect(framesSince(log, 1)).toEqual(['push 2', 'push 3'])
    expect(framesSince(log, 3)).toEqual([])
    expect(framesSince(new MemoryRoomHistory().open(room, { size: 3, ttl: 10 }), 0)).toEqual([])
  })

  it.each([
    ['of another epoch', 'other', 2],
    ['from the future', undefined, 6],
    ['before the first that is kept', undefined, 1],
    ['below all', undefined, -1],
    ['between two', undefined, 3.5],
    ['that is no number', undefined, NaN],
  ])('does not know what came after a position %s', (_name, epoch, seq) => {
    const log = new MemoryRoomHistory().open(room, { size: 3, ttl: 10 })
    append(log, 5)
    expect(framesSince(log, seq, epoch)).toBeUndefined()
    expect(framesSince(log, 2)).toHaveLength(3)
  })

  it('remembers who was left out', () => {
    const log = new MemoryRoomHistory().open(room, { size: 3, ttl: 10 })
    log.append(() => 'a', 'ann')
    expect(log.since({ epoch: log.epoch, seq: 0 })).toMatchObject([{ exclude: 'ann' }])
  })

  it('forgets what is older than its ttl', () => {
    const log = new MemoryRoomHistory().open(room, { size: 3, ttl: 10 })
    append(log)
    jest.advanceTimersByTime(6000)
    append(log)
    jest.advanceTimersByTime(4001)
    expect(framesSince(log, 0)).toBeUndefined()
    expect(framesSince(log, 1)).toEqual(['push 2'])
  })

  it('keeps about 1 MiB, however few pushes that are', () => {
    const log = new MemoryRoomHistory().open(room, { size: 100, ttl: 10 })
    append(log, 5, 'x'.repeat(300_000))
    expect(framesSince(log, 1)).toBeUndefined()
    expect(framesSince(log, 2)).toHaveLength(3)
  })

  it('keeps nothing when all rooms together keep 64 MiB, until one is forgotten', () => {
    const history = new MemoryRoomHistory()
    const logs = Array.from({ length: 64 }, (_, index) =>
      history.open(`/chat/${index}`, { size: 10, ttl: 10 }),
    )
    for (const log of logs) log.append(() => 'x'.repeat(1024 * 1024), undefined)
    const late = history.open(room, { size: 10, ttl: 10 })
    append(late)
    expect(framesSince(late, 0)).toBeUndefined()
    expect(framesSince(late, 1)).toEqual([])
    logs[0]?.setOccupied(false)
    jest.advanceTimersByTime(10_000)
    append(late)
    expect(framesSince(late, 1)).toEqual(['push 2'])
  })

  it('is as it was when a push cannot be written', () => {
    const log = new MemoryRoomHistory().open(room, { size: 3, ttl: 10 })
    const broken = (): never => {
      throw new TypeError('no')
    }
    expect(() => log.append(broken, undefined)).toThrow('no')
    append(log)
    expect(framesSince(log, 0)).toEqual(['push 1'])
  })

  it('has just the last pushes of any number, whatever its size', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 20 }),
        fc.array(fc.integer({ min: 0, max: 8 })),
        (size, bursts) => {
          const log = new MemoryRoomHistory().open(room, { size, ttl: 10 })
          let total = 0
          for (const burst of bursts) {
            append(log, burst)
            total += burst
            for (let seq = 0; seq <= total; seq++) {
              const known = framesSince(log, seq) as string[] | undefined
              const missed = total - seq
              const expected = Array.from(
                { length: missed },
                (_, index) => `push ${seq + index + 1}`,
              )
              expect(known).toEqual(missed > size ? undefined : expected)
            }
          }
        },
      ),
    )
  })
})

describe('a room without members', () => {
  it('is forgotten after its ttl, and is another one then', () => {
    const history = new MemoryRoomHistory()
    const log = history.open(room, { size: 3, ttl: 10 })
    log.setOccupied(false)
    jest.advanceTimersByTime(9999)
    expect(history.open(room, { size: 3, ttl: 10 })).toBe(log)
    jest.advanceTimersByTime(1)
    expect(history.size).toBe(0)
    expect(history.open(room, { size: 3, ttl: 10 }).epoch).not.toBe(log.epoch)
  })

  it('is kept when somebody enters in time', () => {
    const history = new MemoryRoomHistory()
    const log = history.open(room, { size: 3, ttl: 10 })
    log.setOccupied(false)
    log.setOccupied(true)
    jest.advanceTimersByTime(60_000)
    expect(history.size).toBe(1)
  })

  it('leaves no timer when all is closed', () => {
    const history = new MemoryRoomHistory()
    history.open(room, { size: 3, ttl: 10 }).setOccupied(false)
    history.close()
    expect(jest.getTimerCount()).toBe(0)
  })
})
