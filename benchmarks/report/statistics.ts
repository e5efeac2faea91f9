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
