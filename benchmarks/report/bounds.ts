import type { Row } from './row.js'

/** A figure of Enfilade's that must not be passed. */
interface Bound {
  /** How the scenario's name starts. */
  readonly scenario: string
  /** Of the control. */
  readonly ratio?: number
  /** Of the first scenario of the group. */
  readonly growth?: number
}

/**
 * Ratios only, never times, and wide enough for a noisy machine and a quick run. The first that fits
 * a scenario holds for it.
 */
const BOUNDS: readonly Bound[] = [
  { scenario: 'RPC echo, 1,000 routes', ratio: 1.7, growth: 1.5 },
  { scenario: 'RPC echo', ratio: 1.35 },
  { scenario: 'Validated RPC', ratio: 1.8 },
  { scenario: 'Broadcast to 2,', ratio: 1.7, growth: 1.7 },
  { scenario: 'Broadcast', ratio: 1.35 },
  { scenario: 'Start-up', ratio: 8 },
  { scenario: 'Memory', ratio: 4 },
]

/** @returns what is past its bound, told for people */
export function pastBounds(rows: readonly Row[], bounds: readonly Bound[] = BOUNDS): string[] {
  return rows
    .filter(({ contender }) => contender === 'enfilade')
    .flatMap((row) => {
      const bound = bounds.find(({ scenario }) => row.scenario.startsWith(scenario))
      return bound ? faultsOf(row, bound) : []
    })
}

function faultsOf(row: Row, bound: Bound): string[] {
  return [
    faultOf(row, 'the control', row.ratio, bound.ratio),
    faultOf(row, 'its first scenario', row.growth, bound.growth),
  ].flat()
}

function faultOf(
  { scenario }: Row,
  of: string,
  value: number | undefined,
  most: number | undefined,
): string[] {
  if (value === undefined || most === undefined || value <= most) return []
  return [`${scenario}: ${value.toFixed(2)} × ${of}, at most ${most.toFixed(2)} ×`]
}
