import { describe, expect, it } from '@jest/globals'
import { prometheusMetrics } from 'enfilade/metrics'
import { Gauge, register as globalRegistry, Registry } from 'prom-client'
import { increment, WsCounters } from '../../../lib/runtime/ws-counters.js'
import type { WsManagedTransport } from '../../../lib/transports/broadcast-transport.js'
import { startCounters } from '../../../lib/transports/managed/transport-counters.js'

/** A transport that has counted something. */
function transportWith(status: string): WsManagedTransport {
  const counters = startCounters()
  counters.sent = 7
  counters.lost.outage = 2
  return { status, counters } as unknown as WsManagedTransport
}

/** The lines with a value, as Prometheus reads them. */
async function scrape(register: Registry): Promise<string[]> {
  const text = await register.metrics()
  return text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
}

describe('the metrics of an app', () => {
  it('are its counters, as they are when the registry is read', async () => {
    const counters = new WsCounters()
    const register = new Registry()
    prometheusMetrics({ counters }, { register })
    expect(await scrape(register)).toContain('enfilade_messages_total 0')
    counters.connections = 2
    counters.messages = 5
    counters.queuedBytes = 1_000
    for (const code of [429, 429, 500]) increment(counters.errors, code)
    increment(counters.drops, 'rateLimit')
    const expected = [
      'enfilade_connections 2',
      'enfilade_messages_total 5',
      'enfilade_queued_bytes 1000',
      'enfilade_errors_total{code="429"} 2',
      'enfilade_errors_total{code="500"} 1',
      'enfilade_drops_total{cause="rateLimit"} 1',
    ]
    expect(await scrape(register)).toEqual(expect.arrayContaining(expected))
    // A counter of prom-client adds up; these have been added up already.
    expect(await scrape(register)).toEqual(expect.arrayContaining(expected))
    counters.connections = 0
    expect(await scrape(register)).toContain('enfilade_connections 0')
  })

  it('have the transport among them when it knows its state', async () => {
    const register = new Registry()
    prometheusMetrics(
      { counters: new WsCounters({ transport: transportWith('degraded') }) },
      { register },
    )
    expect(await scrape(register)).toEqual(
      expect.arrayContaining([
        'enfilade_transport_status{status="ready"} 0',
        'enfilade_transport_status{status="degraded"} 1',
        'enfilade_transport_sent_total 7',
        'enfilade_transport_lost_total{cause="outage"} 2',
        'enfilade_transport_lost_total{cause="expired"} 0',
      ]),
    )
    const without = new Registry()
    prometheusMetrics({ counters: new WsCounters() }, { register: without })
    expect((await scrape(without)).filter((line) => line.includes('transport'))).toEqual([])
  })

  it('of a transport that counts nothing are its status', async () => {
    const register = new Registry()
    const transport = { status: 'ready' } as unknown as WsManagedTransport
    prometheusMetrics({ counters: new WsCounters({ transport }) }, { register })
    const lines = (await scrape(register)).filter((line) => line.includes('transport'))
    expect(lines).toHaveLength(4)
    expect(lines).toContain('enfilade_transport_status{status="ready"} 1')
  })

  it('go into the global registry unless another is given, and come off again', async () => {
    const remove = prometheusMetrics({ counters: new WsCounters() })
    expect(await scrape(globalRegistry)).toContain('enfilade_rooms 0')
    remove()
    expect(await scrape(globalRegistry)).toEqual([])
  })

  it('of two apps stand in one registry under two prefixes', async () => {
    const register = new Registry()
    const [one, two] = [new WsCounters(), new WsCounters()]
    prometheusMetrics({ counters: one }, { register })
    prometheusMetrics({ counters: two }, { register, prefix: 'game_' })
    one.messages = 1
    two.messages = 2
    expect(await scrape(register)).toEqual(
      expect.arrayContaining(['enfilade_messages_total 1', 'game_messages_total 2']),
    )
  })

  it('are refused when one of their names is taken, and none is added', async () => {
    const register = new Registry()
    new Gauge({ name: 'enfilade_rooms', help: 'Mine.', registers: [register] })
    const add = (): unknown => prometheusMetrics({ counters: new WsCounters() }, { register })
    expect(add).toThrow(
      'prometheusMetrics: the registry has a metric "enfilade_rooms" already; give each app a prefix',
    )
    expect(await scrape(register)).toEqual(['enfilade_rooms 0'])
  })

  it.each([
    ['a prefix that cannot start a name', { prefix: '9-' }, 'prefix "9-" cannot start the name'],
    ['a prefix that is no text', { prefix: 1 as never }, 'prefix "1" cannot start the name'],
    ['a registry that is none', { register: {} as never }, 'register is no registry'],
    ['no registry', { register: null as never }, 'register is no registry'],
  ])('are refused for %s', (_what, options, message) => {
    const add = (): unknown => prometheusMetrics({ counters: new WsCounters() }, options)
    expect(add).toThrow(TypeError)
    expect(add).toThrow(message)
  })
})
