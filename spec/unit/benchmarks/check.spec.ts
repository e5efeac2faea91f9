import { describe, expect, it } from '@jest/globals'
import { BOUNDS, boundOf, judge } from '../../../benchmarks/report/bounds.js'
import { measureChecked, renderVerdicts } from '../../../benchmarks/report/check.js'
import type { Row } from '../../../benchmarks/report/row.js'
import { createGroups } from '../../../benchmarks/scenarios/all.js'

const bounds = [
  { scenario: 'RPC, grown', growth: 1.2 },
  { scenario: 'RPC, later', reference: 1.1 },
  { scenario: 'RPC', setting: 'window', ratio: 0.7 },
  { scenario: 'RPC', ratio: 1.3 },
]

function row(ratio: number, more: Partial<Row> = {}): Row {
  return { figure: 'cpu', scenario: 'RPC', contender: 'enfilade', value: 1, ratio, ...more }
}

/** A machine on which the ratio is a different one in each attempt. */
function measuring(...ratios: number[]): (before: number) => Promise<Row[]> {
  return (before) => Promise.resolve([row(1, { contender: 'control' }), row(ratios[before] ?? NaN)])
}

describe('judge', () => {
  it.each([
    ['the control', row(1.31), 'RPC: enfilade, at most 1.30 × the control', 1.31],
    [
      'the same contender before',
      row(9, { scenario: 'RPC, grown', growth: 1.25 }),
      'RPC, grown: enfilade, at most 1.20 × its first scenario',
      1.25,
    ],
    [
      'the control before',
      row(9, { scenario: 'RPC, later', reference: { name: 'at once', ratio: 1.05 } }),
      'RPC, later: enfilade, at most 1.10 × the control, at once',
      1.05,
    ],
    [
      'the control, in a setting',
      row(0.5, { contender: 'enfilade, window' }),
      'RPC: enfilade, window, at most 0.70 × the control',
      0.5,
    ],
  ])('compares with %s, by the first bound that fits', (_with, measured, what, value) => {
    expect(judge([measured], bounds)).toEqual([expect.objectContaining({ what, value })])
  })

  it.each([
    ['another contender', row(9, { contender: 'control' })],
    ['another setting', row(9, { contender: 'enfilade, limits off' })],
    ['what has no bound', row(9, { scenario: 'Memory' })],
  ])('says nothing of %s', (_of, measured) => {
    expect(judge([measured], bounds)).toEqual([])
  })
})

describe('measureChecked', () => {
  it('measures once when every bound holds', async () => {
    const { verdicts } = await measureChecked(measuring(1.3), bounds)
    expect(verdicts).toEqual([
      { what: 'RPC: enfilade, at most 1.30 × the control', holds: true, values: [1.3] },
    ])
  })

  it('measures again what is past its bound, until it held once', async () => {
    const { verdicts } = await measureChecked(measuring(1.9, 1.5, 1.2, 1.1), bounds)
    expect(verdicts).toEqual([expect.objectContaining({ holds: true, values: [1.9, 1.5, 1.2] })])
  })

  it('finds a bound past when it never held, in four attempts', async () => {
    const { verdicts } = await measureChecked(measuring(1.9, 1.5, 1.4, 1.6, 1), bounds)
    expect(verdicts).toEqual([
      expect.objectContaining({ holds: false, values: [1.9, 1.5, 1.4, 1.6] }),
    ])
  })

  it('finds a bound past when what was measured is no number', async () => {
    const { verdicts } = await measureChecked(measuring(NaN, NaN, NaN, NaN), bounds)
    expect(verdicts).toEqual([expect.objectContaining({ holds: false })])
  })

  it('keeps the rows of the first attempt', async () => {
    const { rows } = await measureChecked(measuring(1.9, 1.2), bounds)
    expect(rows.map(({ ratio }) => ratio)).toEqual([1, 1.9])
  })

  it('fails as the measurement does', async () => {
    const wrong = Promise.reject(new Error('wrong answer'))
    await expect(measureChecked(() => wrong, bounds)).rejects.toThrow('wrong answer')
  })
})

describe('renderVerdicts', () => {
  it('says the same of every run in which all bounds hold', async () => {
    const calm = await measureChecked(measuring(1), bounds)
    const busy = await measureChecked(measuring(1.9, 1.3), bounds)
    expect(renderVerdicts(calm.verdicts)).toBe('1 of 1 bounds hold')
    expect(renderVerdicts(busy.verdicts)).toBe(renderVerdicts(calm.verdicts))
  })

  it('tells every attempt at what is past its bound', async () => {
    const { verdicts } = await measureChecked(measuring(1.9, 1.5, 1.4, 1.6), bounds)
    expect(renderVerdicts(verdicts)).toBe(
      'past its bound: RPC: enfilade, at most 1.30 × the control; measured 1.90, 1.50, 1.40, 1.60\n' +
        '0 of 1 bounds hold',
    )
  })
})

describe('the bounds', () => {
  const groups = createGroups('checked')
  const rows = groups.flatMap(({ scenarios, variations }) =>
    scenarios.flatMap(({ name: scenario }) =>
      (variations ?? [{ of: 'enfilade' as const }])
        .filter(({ of }) => of === 'enfilade')
        .map(({ setting }) =>
          row(1, {
            scenario,
            contender: setting === undefined ? 'enfilade' : `enfilade, ${setting}`,
          }),
        ),
    ),
  )
  const others = [
    'Start-up with 1,000 routes',
    'Start-up with 1,000 routes and class-validator',
    'Memory of a membership',
  ].map((scenario) => row(1, { scenario }))

  it('hold for every scenario of a quick run', () => {
    const unbound = rows.filter((one) => !boundOf(one)).map(({ contender }) => contender)
    // What others are compared with.
    expect(new Set(unbound)).toEqual(new Set(['enfilade, limits off', 'enfilade, JSON']))
  })

  it('are all for something that is measured', () => {
    const used = new Set([...rows, ...others].map((one) => boundOf(one)))
    expect(BOUNDS.filter((bound) => !used.has(bound))).toEqual([])
  })
})

describe('a quick look', () => {
  it('is at what everyone is compared in, and measures no more', () => {
    const scenarios = createGroups('look').map((group) => group.scenarios.map(({ name }) => name))
    expect(scenarios.flat()).toEqual([
      'RPC echo, depth 16',
      'Validated RPC (three fields), depth 16',
      'Broadcast to 100, 64 B, depth 16',
    ])
  })
})
