import type { Row } from './row.js'

/** Figures of Enfilade's that must not be passed. */
export interface Bound {
  /** How the scenario's name starts. */
  readonly scenario: string
  /** How the contender's name ends; `enfilade` itself when absent. */
  readonly setting?: string
  /** Of the control. */
  readonly ratio?: number
  /** Of the first scenario of the group. */
  readonly growth?: number
  /** Of the control in the first scenario of the group. */
  readonly reference?: number
}

/** One figure beside its bound. */
export interface Judged {
  /** Which figure of which scenario, and its bound, for people: the same in every run. */
  readonly what: string
  readonly value: number
  readonly most: number
}

/**
 * Ratios only, never times. Wide: a run in CI is short, and shares two cores with whatever else runs
 * there. What they catch is a cost that multiplies; the figures that are aimed at are measured by a
 * full run. The first that fits a scenario holds for it.
 */
export const BOUNDS: readonly Bound[] = [
  { scenario: 'RPC echo, 1,000 routes', ratio: 1.7, growth: 1.6 },
  { scenario: 'RPC echo', ratio: 1.4 },
  { scenario: 'Validated RPC', ratio: 1.8 },
  { scenario: 'Broadcast to 2,', ratio: 1.8, growth: 1.8 },
  { scenario: 'Broadcast', ratio: 1.4 },
  { scenario: '100 senders in turn', setting: 'broadcastWindow 2', ratio: 0.6 },
  { scenario: '100 senders in turn', setting: 'broadcastWindow auto', ratio: 1.2 },
  { scenario: '100 senders in turn', ratio: 1.4 },
  { scenario: 'Bursts of 128', ratio: 0.6, reference: 1.3 },
  { scenario: 'Bursts of 32', ratio: 1.6 },
  { scenario: 'Replies of a later turn', ratio: 0.9, reference: 2 },
  { scenario: 'Replies of the same turn', ratio: 1.4 },
  { scenario: '500 cursors', ratio: 1.6 },
  { scenario: 'Limits', ratio: 1.3 },
  { scenario: 'Codecs', setting: 'MessagePack', ratio: 1.3 },
  { scenario: 'Codecs', setting: 'half of each', ratio: 1.6 },
  { scenario: 'Start-up with 1,000 routes and class-validator', ratio: 8 },
  { scenario: 'Start-up', ratio: 2.5 },
  { scenario: 'Memory', ratio: 2.5 },
]

/** Every figure of a run that has a bound. */
export function judge(rows: readonly Row[], bounds: readonly Bound[] = BOUNDS): Judged[] {
  return rows.flatMap((row) => {
    const bound = boundOf(row, bounds)
    if (!bound) return []
    return [
      judged(row, 'the control', row.ratio, bound.ratio),
      judged(row, 'its first scenario', row.growth, bound.growth),
      judged(row, `the control, ${row.reference?.name}`, row.reference?.ratio, bound.reference),
    ].flat()
  })
}

/** The first bound that fits a row. */
export function boundOf(
  { scenario, contender }: Row,
  bounds: readonly Bound[] = BOUNDS,
): Bound | undefined {
  return bounds.find(
    (bound) =>
      scenario.startsWith(bound.scenario) &&
      contender === ['enfilade', bound.setting].filter(Boolean).join(', '),
  )
}

function judged(
  { scenario, contender }: Row,
  of: string,
  value: number | undefined,
  most: number | undefined,
): Judged[] {
  if (value === undefined || most === undefined) return []
  return [{ what: `${scenario}: ${contender}, at most ${most.toFixed(2)} × ${of}`, value, most }]
}
