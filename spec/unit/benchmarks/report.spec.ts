import { describe, expect, it } from '@jest/globals'
import { renderChart } from '../../../benchmarks/report/chart.js'
import type { Row } from '../../../benchmarks/report/row.js'
import {
  median,
  besideEachOther,
  pairedRatio,
  pairedSpread,
  quantile,
} from '../../../benchmarks/report/statistics.js'
import { byScenario, renderTable } from '../../../benchmarks/report/table.js'

function row(contender: string, ratio: number, more: Partial<Row> = {}): Row {
  return { figure: 'cpu', scenario: 'RPC', contender, value: 2 * ratio, ratio, ...more }
}

function loaded(contender: string, loadShare: number): Row {
  return row(contender, 1, { load: { perSecond: 123_456, loadShare, serverShare: 0.99 } })
}

describe('median', () => {
  it.each([
    [[], 0],
    [[5], 5],
    [[9, 1, 5], 5],
    [[4, 1, 3, 2], 2.5],
    [[10, 9, 100], 10],
  ])('of %j is %d', (values, expected) => {
    expect(median(values)).toBe(expected)
  })
})

it('only turns of the same round stand beside each other', () => {
  const cpu = ({ cpu }: { round: number; cpu: number }): number => cpu
  const control = [1, 2, 3, 4].map((round) => ({ round, cpu: 10 * round }))
  const peer = [2, 4, 6].map((round) => ({ round, cpu: round }))
  expect(besideEachOther([peer, cpu], [control, cpu])).toEqual([
    [2, 4],
    [20, 40],
  ])
})

describe('pairedRatio', () => {
  it('compares each turn with the one beside it', () => {
    // A machine that was three times slower in the second turn.
    expect(pairedRatio([2, 6, 2], [1, 3, 1])).toBe(2)
  })

  it('leaves out turns that have no other', () => {
    expect(pairedRatio([2, 6, 100], [1, 3])).toBe(2)
  })
})

describe('pairedSpread', () => {
  it('is the quartiles of the ratios', () => {
    expect(pairedSpread([1, 4, 9, 16, 25], [1, 2, 3, 4, 5])).toEqual([2, 4])
  })
})

describe('quantile', () => {
  it.each([
    [[], 0.5, 0],
    [[7], 0.99, 7],
    [[3, 1, 2], 0, 1],
    [[3, 1, 2], 1, 3],
    [[10, 20], 0.25, 12.5],
  ])('of %j at %d is %d', (values, share, expected) => {
    expect(quantile(values, share)).toBe(expected)
  })
})

describe('renderTable', () => {
  it('tells value and ratio of every contender', () => {
    const table = renderTable([row('control', 1), row('enfilade', 1.1)])
    expect(table.split('\n')).toHaveLength(4)
    expect(table).toMatch(/\| enfilade +\| +2\.20 µs \| +1\.10 × \|/)
  })

  it('tells the quartiles of the ratios', () => {
    expect(renderTable([row('enfilade', 1.1, { spread: [1.02, 1.154] })])).toContain(' 1.02–1.15 ')
  })

  it('puts throughput in brackets when the load generator used more than 80 % of its core', () => {
    expect(renderTable([loaded('control', 0.79)])).toContain(' 123,456/s ')
    expect(renderTable([loaded('control', 0.81)])).toContain(' (123,456/s) ')
    expect(renderTable([loaded('control', 0.81)])).toContain(' 81 % ! ')
  })

  it('has a column for growth when some row grew', () => {
    const grown = row('enfilade', 1, { growth: 1.07 })
    expect(renderTable([row('control', 1)])).not.toContain('growth')
    expect(renderTable([row('control', 1), grown])).toContain('1.07 ×')
  })

  it('names what the first scenario stands for', () => {
    const table = renderTable([
      row('control', 1),
      row('enfilade', 1, { reference: { name: 'bursts of 32', ratio: 0.72 } }),
    ])
    expect(table).toContain('of the control, bursts of 32')
    expect(table).toContain(' 0.72 × ')
  })

  it('tells latency and heap of what has them', () => {
    const latency = { median: 1.234, p99: 5, ratio: 1 }
    expect(renderTable([row('enfilade', 1, { latency })])).toMatch(/latency .* p99/)
    expect(renderTable([row('enfilade', 1, { latency })])).toMatch(/ 1\.23 ms \| 5\.00 ms /)
    const memory = row('enfilade', 1, { figure: 'memory', heap: 4321.4 })
    expect(renderTable([memory])).toMatch(/ 4,321 B \|$/)
  })

  it('tells what is not known of a server whose process is not known', () => {
    const load = { perSecond: 10, loadShare: 0.5, serverShare: Number.NaN }
    const table = renderTable([row('ws://app', Number.NaN, { load })])
    expect(table).toMatch(/\| ws:\/\/app \| +\? \| +\? \| +\| +10\/s \| +\? \| 50 % \|/)
  })

  it.each([
    ['memory', 1234, '1,234 B'],
    ['startup', 71.6, '72 ms'],
  ] as const)('tells %s in its own unit', (figure, value, expected) => {
    expect(renderTable([row('enfilade', 1, { figure, value })])).toContain(expected)
  })
})

it('rows are grouped by scenario, in their order', () => {
  const rows = [row('a', 1), row('a', 1, { scenario: 'Broadcast' }), row('b', 2)]
  expect(byScenario(rows)).toEqual([[rows[0], rows[2]], [rows[1]]])
})

describe('renderChart', () => {
  it('draws a bar for every contender, and none of what is no CPU time', () => {
    const memory = [row('control', 1, { figure: 'memory', scenario: 'Memory' })]
    const svg = renderChart([[row('control', 1), row('a < b', 12)], memory])
    expect(svg.match(/<rect /g)).toHaveLength(2)
    expect(svg).toContain('a &lt; b')
    expect(svg).not.toContain('Memory')
  })

  it('draws longer what costs more', () => {
    const svg = renderChart([[row('control', 1), row('enfilade', 2), row('slow', 20)]])
    const widths = [...svg.matchAll(/<rect [^>]*width="(\d+)"/g)].map(([, width]) => Number(width))
    expect(widths).toEqual([...widths].sort((a, b) => a - b))
    expect(new Set(widths).size).toBe(3)
  })

  it('writes no ratio across the line of the control', () => {
    const svg = renderChart([[row('control', 1), row('cheaper', 0.9), row('dearer', 1.1)]])
    const line = Number(/<line class="one" x1="(\d+)"/.exec(svg)?.[1])
    const places = [...svg.matchAll(/<text x="(\d+)"[^>]*>\d\.\d\d ×/g)].map(([, x]) => Number(x))
    expect(places).toHaveLength(3)
    expect(Math.min(...places)).toBeGreaterThan(line)
  })
})
