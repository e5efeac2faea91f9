import { describe, expect, it } from '@jest/globals'
import { chartOf, renderReport, withFigures } from '../../../benchmarks/report/docs.js'
import type { Report, Row } from '../../../benchmarks/report/row.js'

const CONTROL = 'uWebSockets.js by hand'

function row(scenario: string, contender: string, more: Partial<Row> = {}): Row {
  const load = { perSecond: 1000, loadShare: 0.5, serverShare: 1 }
  return { figure: 'cpu', scenario, contender, value: 2, ratio: 1, load, ...more }
}

const report: Report = {
  machine: { node: 'v20.19.0', cpu: 'Some CPU', cores: 2, busy: 0.04 },
  date: '2026-01-02T03:04:05.000Z',
  rows: [
    row('RPC echo, depth 16', CONTROL),
    row('RPC echo, depth 16', 'enfilade', { ratio: 0.987_654_321, value: 1.9 }),
    row('RPC echo, depth 16', 'wooks', {
      ratio: 4,
      value: 8,
      load: { perSecond: 99, loadShare: 0.81, serverShare: 1 },
    }),
    row('Bursts of 32 to 100', CONTROL),
    row('Bursts of 32 to 100', 'enfilade', { ratio: 0.7 }),
    row('Start-up with 1,000 routes', CONTROL, { figure: 'startup', value: 70 }),
    row('Start-up with 1,000 routes', 'enfilade', { figure: 'startup', value: 90, ratio: 1.29 }),
  ],
}

const START = '<!-- figures: written by `npm run bench -- --docs` -->'
const page = `# Before\n\n${START}\n\nold\n\n<!-- /figures -->\n\nbehind\n`

describe('the page with figures', () => {
  const written = withFigures(page, report)

  it('keeps what stands around them', () => {
    expect(written.startsWith(`# Before\n\n${START}\n\n`)).toBe(true)
    expect(written.endsWith('\n\n<!-- /figures -->\n\nbehind\n')).toBe(true)
    expect(written).not.toContain('old')
  })

  it('is the same when they are written again', () => {
    expect(withFigures(written, report)).toBe(written)
  })

  it('names machine and day', () => {
    expect(written).toContain(
      'One run on Node 20.19.0, 2 cores of Some CPU, 2026-01-02, with a load average of 0.0 before it started.',
    )
  })

  it('has a column for each contender, the control in microseconds, the others as ratios', () => {
    expect(written).toMatch(/\| server CPU +\| control \| Enfilade \| +wooks \|/)
    expect(written).toMatch(/\| RPC echo, depth 16 \| 2\.00 µs \| +0\.99 × \| 4\.00 × \|/)
  })

  it('has throughput in brackets where it is the load generator’s', () => {
    expect(written).toMatch(/\| 1,000\/s \| +1,000\/s \| \(99\/s\) \|/)
  })

  it('has a table of its own for what only the control and Enfilade are measured in', () => {
    expect(written).toMatch(/\| Bursts of 32 to 100 +\| server CPU \|/)
    expect(written).toMatch(/\| Start-up with 1,000 routes +\| +70 ms \| +90 ms \|/)
  })

  it('needs a place for them', () => {
    expect(() => withFigures('# No place', report)).toThrow('the page needs')
  })
})

it('a report is kept with five digits of each figure', () => {
  expect((JSON.parse(renderReport(report)) as Report).rows[1]?.ratio).toBe(0.987_65)
})

it('the chart shows what everyone is compared in, not start-up nor bursts', () => {
  expect(chartOf(report).match(/<rect /g)).toHaveLength(3)
})
