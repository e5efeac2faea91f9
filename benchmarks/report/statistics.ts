/** The middle of the values; 0 when there are none. */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5)
}

/**
 * The median of the ratios of turns that stood beside each other: a machine that slows down for a
 * while slows both.
 */
export function pairedRatio(values: readonly number[], control: readonly number[]): number {
  return median(ratios(values, control))
}

/** The quartiles of the same: how far to believe the median. */
export function pairedSpread(
  values: readonly number[],
  control: readonly number[],
): readonly [number, number] {
  const all = ratios(values, control)
  return [quantile(all, 0.25), quantile(all, 0.75)]
}

/** What is told of each turn of one; who took a turn in the same round stood beside the other. */
type Told<T> = readonly [turns: readonly T[], tell: (turn: T) => number]

/** What is told of the turns that two took beside each other: one of them may have sat some out. */
export function besideEachOther<T extends { readonly round: number }>(
  [turns, tell]: Told<T>,
  [others, tellOther]: Told<T>,
): readonly [number[], number[]] {
  const theirs = new Map(others.map((turn) => [turn.round, turn]))
  const pairs = turns.flatMap((turn) => {
    const their = theirs.get(turn.round)
    return their ? [[tell(turn), tellOther(their)] as const] : []
  })
  return [pairs.map(([own]) => own), pairs.map(([, their]) => their)]
}

/** The value that so much of the values are below, from 0 to 1; 0 when there are none. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  const at = share * (sorted.length - 1)
  const lower = sorted[Math.floor(at)] ?? 0
  const upper = sorted[Math.ceil(at)] ?? lower
  return lower + (upper - lower) * (at - Math.floor(at))
}

function ratios(values: readonly number[], control: readonly number[]): number[] {
  const pairs = Math.min(values.length, control.length)
  return Array.from({ length: pairs }, (_, turn) => (values[turn] ?? 0) / (control[turn] ?? 1))
}
