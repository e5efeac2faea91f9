/** The middle of the values; 0 when there are none. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? 0
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? upper)) / 2
}

/**
 * The median of the ratios of turns that stood beside each other: a machine that slows down for a
 * while slows both.
 */
export function pairedRatio(values: readonly number[], control: readonly number[]): number {
  const pairs = Math.min(values.length, control.length)
  return median(
    Array.from({ length: pairs }, (_, turn) => (values[turn] ?? 0) / (control[turn] ?? 1)),
  )
}
