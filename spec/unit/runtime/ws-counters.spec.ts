import { describe, expect, it } from '@jest/globals'
import { countClosed, increment, WsCounters } from '../../../lib/runtime/ws-counters.js'
import type { WsManagedTransport } from '../../../lib/transports/broadcast-transport.js'

describe('the counters of an app', () => {
  it('are written by JSON.stringify, all of them', () => {
    const counters = new WsCounters()
    counters.messages = 3
    increment(counters.errors, 429)
    increment(counters.errors, 429)
    expect(JSON.parse(JSON.stringify(counters))).toEqual({
      ...{ connections: 0, opened: 0, closed: {}, messages: 3, replies: 0, broadcasts: 0 },
      ...{ pushes: 0, inFlight: 0, queuedBytes: 0, largestQueue: 0, rooms: 0, memberships: 0 },
      ...{ refused: {}, errors: { 429: 2 }, drops: {} },
      ...{ documents: 0, documentSessions: 0, documentCommits: 0, documentFailures: 0 },
    })
  })

  it('have the transport in them, as it is when they are read', () => {
    const transport = { status: 'connecting' } as { status: string; counters?: object }
    const counters = new WsCounters({
      transport: transport as unknown as WsManagedTransport,
    })
    expect(JSON.parse(JSON.stringify(counters))).toMatchObject({
      transport: { status: 'connecting' },
    })
    transport.status = 'ready'
    transport.counters = { sent: 1 }
    const copy = structuredClone(counters)
    expect(copy.transport).toEqual({ status: 'ready', counters: { sent: 1 } })
  })

  it('have no end of close codes, whatever clients close with', () => {
    const counters = new WsCounters()
    countClosed(counters, 1000)
    // Codes that mean something are not crowded out by those that come first.
    for (let code = 4000; code < 5000; code++) countClosed(counters, code)
    countClosed(counters, 1000)
    countClosed(counters, 4000)
    const { closed } = counters
    expect(closed).toMatchObject({ 1000: 2, 4000: 2, 4001: 1, 4401: 1 })
    expect(Object.keys(closed).length).toBeLessThan(64 + 10)
    const counted = Object.values(closed).reduce((sum, count) => sum + count, 0)
    expect(counted).toBe(1003)
  })
})
