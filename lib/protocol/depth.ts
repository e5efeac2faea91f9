/**
 * Whether arrays and objects are nested deeper than `limit`. It looks no deeper than that, so that
 * a hostile payload costs no more than an honest one.
 */
export function exceedsDepth(value: unknown, limit: number): boolean {
  if (typeof value !== 'object' || value === null) return false
  if (limit === 0) return true
  if (ArrayBuffer.isView(value)) return false
  if (Array.isArray(value)) {
    for (const item of value) {
      if (typeof item === 'object' && exceedsDepth(item, limit - 1)) return true
    }
    return false
  }
  const record = value as Record<string, unknown>
  for (const key in record) {
    const item = record[key]
    if (typeof item === 'object' && exceedsDepth(item, limit - 1)) return true
  }
  return false
}
