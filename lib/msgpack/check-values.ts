/**
 * Looks for what msgpackr would write wrongly: of an array of numbers that are no bytes, or of a
 * `DataView`, it takes what happens to be in memory.
 *
 * @throws TypeError
 */
export function checkValues(value: unknown): void {
  if (typeof value !== 'object' || value === null) return
  if (ArrayBuffer.isView(value)) {
    if (value instanceof Uint8Array) return
    const { name } = value.constructor
    throw new TypeError(
      `MessagePack knows bytes, no ${name}: make a Uint8Array of its buffer, or a list of numbers`,
    )
  }
  if (Array.isArray(value) || value instanceof Set || value instanceof Map) {
    for (const item of value as Iterable<unknown>) checkValues(item)
    return
  }
  const { toJSON } = value as { toJSON?: () => unknown }
  if (value.constructor !== Object && typeof toJSON === 'function') {
    const json = value instanceof Date ? undefined : toJSON.call(value)
    if (json !== value) {
      checkValues(json)
      return
    }
  }
  const record = value as Record<string, unknown>
  for (const key in record) {
    const item = record[key]
    if (typeof item === 'object') checkValues(item)
  }
}
