import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals'
import { performance } from 'node:perf_hooks'
import { Room } from '../../../lib/rooms/room.js'
import { BroadcastWindows } from '../../../lib/runtime/broadcast-windows.js'
import { nextTurn } from '../../support/next-turn.js'
import type { WsConnection } from '../../../lib/runtime/ws-connection.js'

const here = new Room<WsConnection>('/here')
const there = new Room<WsConnection>('/there')
let delivered: string[]
let windows: BroadcastWindows

function push(room: Room<WsConnection>, frame: string, window: number | 'auto'): void {
  windows.push(room, { frame, exclude: undefined }, window)
}

/** So much time passes, and what is due at its end is done. */
async function pass(milliseconds: number): Promise<void> {
  jest.advanceTimersByTime(milliseconds)
  await nextTurn()
}

/** How busy the event loop seems. */
function beBusy(utilization: number): void {
  const load = { idle: 1 - utilization, active: utilization, utilization }
  jest.spyOn(performance, 'eventLoopUtilization').mockReturnValue(load)
}

beforeEach(() => {
  jest.useFakeTimers({ doNotFake: ['setImmediate'] })
  beBusy(0.1)
  delivered = []
  windows = new BroadcastWindows((room, { frame }) =>
    delivered.push(`${room.name} ${frame as string}`),
  )
})
afterEach(() => {
  jest.restoreAllMocks()
  jest.useRealTimers()
})

describe('a window', () => {
  it('gathers what is pushed in so many milliseconds, and keeps the order', async () => {
    push(here, 'a', 5)
    await pass(3)
    push(here, 'b', 5)
    await pass(1)
    expect(delivered).toEqual([])
    await pass(1)
    expect(delivered).toEqual(['/here a', '/here b'])
    expect(windows.isEmpty).toBe(true)
  })

  it('of 0 delivers at once, behind what waits in the same room', async () => {
    push(here, 'a', 5)
    push(there, 'b', 0)
    push(here, 'c', 0)
    expect(delivered).toEqual(['/there b', '/here a', '/here c'])
    await pass(10)
    expect(delivered).toHaveLength(3)
  })

  it('ends for its room when the members change', async () => {
    push(here, 'a', 5)
    push(there, 'b', 5)
    windows.release(here)
    expect(delivered).toEqual(['/here a'])
    push(here, 'c', 5)
    await pass(5)
    expect([...delivered].sort()).toEqual(['/here a', '/here c', '/there b'])
  })

  it('takes what comes next in a room with a longer one along', async () => {
    push(here, 'a', 50)
    push(here, 'b', 5)
    await pass(5)
    expect(delivered).toEqual([])
    await pass(45)
    expect(delivered).toEqual(['/here a', '/here b'])
  })

  it('ends for all rooms when the app closes', () => {
    push(here, 'a', 5)
    push(there, 'b', 50)
    windows.releaseAll()
    expect(delivered).toEqual(['/here a', '/there b'])
    expect(jest.getTimerCount()).toBe(0)
  })
})

describe("the window 'auto'", () => {
  it('delays nothing in a room that was idle', async () => {
    push(here, 'a', 'auto')
    expect(delivered).toEqual(['/here a'])
    await pass(2)
    push(here, 'b', 'auto')
    expect(delivered).toEqual(['/here a', '/here b'])
  })

  it('gathers as long as something comes every 2 ms', async () => {
    push(here, 'a', 'auto')
    push(here, 'b', 'auto')
    expect(delivered).toEqual(['/here a'])
    await pass(2)
    expect(delivered).toEqual(['/here a', '/here b'])
    push(here, 'c', 'auto')
    expect(delivered).toHaveLength(2)
    await pass(2)
    expect(delivered).toHaveLength(3)
    await pass(2)
    push(here, 'd', 'auto')
    expect(delivered).toHaveLength(4)
  })

  it('wakes nobody up for a push now and then', async () => {
    for (const frame of ['a', 'b', 'c']) {
      push(here, frame, 'auto')
      expect(jest.getTimerCount()).toBe(0)
      await pass(11)
    }
    expect(delivered).toEqual(['/here a', '/here b', '/here c'])
  })

  it('gathers in another room, too, when it has been quiet in none', async () => {
    push(there, 'a', 'auto')
    push(here, 'b', 'auto')
    push(here, 'c', 'auto')
    expect(delivered).toEqual(['/there a', '/here b'])
    await pass(2)
    expect(delivered).toEqual(['/there a', '/here b', '/here c'])
  })

  it('gathers when the process was busy all the time', async () => {
    push(there, '', 'auto')
    push(here, 'a', 'auto')
    delivered.shift()
    beBusy(1)
    await pass(2)
    push(here, 'b', 'auto')
    push(here, 'c', 'auto')
    expect(delivered).toEqual(['/here a'])
    await pass(2)
    expect(delivered).toEqual(['/here a', '/here b', '/here c'])
  })

  it('leaves no timer behind in rooms that are idle again', async () => {
    push(here, 'a', 'auto')
    push(here, 'b', 'auto')
    await pass(2)
    await pass(2)
    expect(jest.getTimerCount()).toBe(0)
    expect(windows.isEmpty).toBe(true)
  })
})
