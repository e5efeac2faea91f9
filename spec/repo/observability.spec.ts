import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from '@jest/globals'
import { MemoryHistory, MemorySessionStore } from 'enfilade'
import { messageDurations, prometheusMetrics } from 'enfilade/metrics'
import { Registry } from 'prom-client'
import { startClusterCounters } from '../../lib/cluster/cluster-counters.js'
import { startOwnerCounters } from '../../lib/documents/owners/owner-counters.js'
import { WsCounters } from '../../lib/runtime/ws-counters.js'
import type { WsManagedTransport } from '../../lib/transports/broadcast-transport.js'
import { CountedHistory } from '../../lib/transports/history/counted-history.js'
import { startCounters } from '../../lib/transports/managed/transport-counters.js'
import { CountedSessionStore } from '../../lib/transports/sessions/counted-session-store.js'
import { plain, readPage, section, tableRows } from '../support/docs.js'
import { repository } from '../support/fixture.js'

const page = readPage('docs/observability.md')
const read = (path: string): string => readFileSync(join(repository, path), 'utf8')

/** Counters with a transport, in which no two values are the same. */
function distinctCounters(): WsCounters {
  let value = 1_000
  const transport = startCounters()
  const fill = (counters: object): void => {
    for (const [key, given] of Object.entries(counters)) {
      if (typeof given === 'number') Object.assign(counters, { [key]: ++value })
      else if (typeof given === 'object' && key !== 'transport') fillRecord(given as object)
    }
  }
  const fillRecord = (record: object): void => {
    fill(record)
    if (Object.keys(record).length === 0) Object.assign(record, { key: ++value })
  }
  fill(transport)
  const cluster = startClusterCounters()
  const managed = { status: 'ready', counters: transport } as unknown as WsManagedTransport
  const { counters: history } = new CountedHistory(new MemoryHistory())
  const { counters: sessions } = new CountedSessionStore(new MemorySessionStore())
  const counters = new WsCounters({ transport: managed, cluster, history, sessions })
  counters.documentOwners = startOwnerCounters()
  fill(counters)
  return counters
}

/** Every number in an object, however deep. */
function numbersIn(value: unknown): number[] {
  if (typeof value === 'number') return [value]
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(numbersIn) : []
}

describe('docs/observability.md', () => {
  it('has every counter, and no other', () => {
    const documented = tableRows(page, 'counter').map(([name]) => plain(name))
    expect(documented.sort()).toEqual(Object.keys(distinctCounters()).sort())
  })

  it('has every event, and no other', () => {
    const source = read('lib/runtime/ws-events.ts')
    const [, map = ''] = /interface WsEventMap \{([^]*?)\n\}/.exec(source) ?? []
    const events = [...map.matchAll(/^ {2}(\w+): /gm)].map(([, name]) => name)
    expect(events.length).toBeGreaterThan(5)
    const documented = tableRows(page, 'event (`WsEventMap`)').map(([name]) => plain(name))
    expect(documented).toEqual(events)
  })

  it('has every cause of a drop, and no other', () => {
    const [, union = ''] = /WsDropCause =([^]*?)\n\n/.exec(read('lib/runtime/ws-events.ts')) ?? []
    const causes = [...union.matchAll(/'(\w+)'/g)].map(([, cause]) => cause)
    expect(causes.length).toBeGreaterThan(3)
    const row = tableRows(page, 'event (`WsEventMap`)').find(([name]) => name === '`drop`')
    const documented = (row?.[1] ?? '').matchAll(/`(\w+)`(?=,| or | \||$)/g)
    expect([...documented].map(([, cause]) => cause).sort()).toEqual(causes.sort())
  })

  it('has every metric with its type and labels, and no other', () => {
    const register = new Registry()
    prometheusMetrics({ counters: distinctCounters() }, { register })
    messageDurations({ register })
    // What prom-client keeps of a metric, and does not type.
    const metrics = register.getMetricsAsArray() as unknown as {
      name: string
      type: string
      labelNames: string[]
    }[]
    const rows = metrics.map(({ name, type, labelNames }) => [name, type, labelNames.join(', ')])
    const documented = tableRows(page, 'metric').map((row) => row.map(plain))
    expect(documented).toEqual(rows)
  })

  it('has every attribute of a span, and no other', () => {
    const folder = 'lib/opentelemetry'
    const files = readdirSync(join(repository, folder)).map((name) => read(`${folder}/${name}`))
    const quoted = files.join('\n').matchAll(/'([a-z]+(?:\.[a-z_]+)+)'/g)
    const attributes = new Set([...quoted].map(([, name]) => name))
    expect(attributes.size).toBeGreaterThan(5)
    const documented = tableRows(section(page, 'OpenTelemetry'), 'attribute')
    expect(new Set(documented.map(([name]) => plain(name)))).toEqual(attributes)
  })
})

it('every number among the counters of an app is the value of a metric', async () => {
  const counters = distinctCounters()
  const register = new Registry()
  prometheusMetrics({ counters }, { register })
  const text = await register.metrics()
  const values = new Set([...text.matchAll(/ (\d+)$/gm)].map(([, value]) => Number(value)))
  const numbers = numbersIn(counters)
  expect(numbers.length).toBeGreaterThan(20)
  expect(numbers.filter((number) => !values.has(number))).toEqual([])
})
