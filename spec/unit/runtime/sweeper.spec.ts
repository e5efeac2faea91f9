import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals'
import type { Identity } from '../../../lib/runtime/identity.js'
import type { LiveConnection } from '../../../lib/runtime/live-connection.js'
import { Sweeper } from '../../../lib/runtime/sweeper.js'
import { createConnection, createHost } from '../../support/fake-connection.js'

const HOUR = 3_600_000
const COUNT = 500

/** No session of these ends. */
const identity = { checkExpiry: () => undefined } as unknown as Identity

/** Lets connections that opened together grow old. @returns their ages when each was closed */
function agesAtClose(): Map<LiveConnection, number> {
  const host = createHost()
  const closedAt = new Map<LiveConnection, number>()
  for (let count = 0; count < COUNT; count++) {
    const { connection, socket } = createConnection(host)
    host.server.add(connection)
    socket.onEnd = () => {
      connection.socket = undefined
      host.server.remove(connection)
      closedAt.set(connection, Date.now() - connection.openedAt)
    }
  }
  const sweeper = new Sweeper(host, identity, HOUR)
  sweeper.start()
  jest.advanceTimersByTime(HOUR + 2000)
  sweeper.stop()
  return closedAt
}

describe('a maximum lifetime', () => {
  beforeEach(() => void jest.useFakeTimers())
  afterEach(() => void jest.useRealTimers())

  it('ends every connection in its last tenth', () => {
    const ages = [...agesAtClose().values()]
    expect(ages).toHaveLength(COUNT)
    expect(Math.min(...ages)).toBeGreaterThanOrEqual(0.9 * HOUR)
    expect(Math.max(...ages)).toBeLessThanOrEqual(HOUR + 2000)
  })

  it('spreads over that tenth those that came together', () => {
    const shares = [...agesAtClose().values()].map((age) => (age - 0.9 * HOUR) / (0.1 * HOUR))
    const tenths = Array.from({ length: 10 }, (_, tenth) =>
      shares.filter((share) => Math.min(9, Math.floor(share * 10)) === tenth),
    )
    // 50 in each on average: fewer than 15 would be five standard deviations away.
    for (const tenth of tenths) expect(tenth.length).toBeGreaterThan(15)
  })
})
