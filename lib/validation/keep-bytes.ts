import { isPlain } from './copy-plain.js'

/**
 * Data with a `Buffer` in place of each `Uint8Array`: of others class-transformer makes empty ones.
 * What has no bytes is handed back as it is.
 */
export function keepBytes(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (value instanceof Uint8Array) {
    return Buffer.from(value.buffer, value.byteOffset, value.byteLength)
  }
  if (Array.isArray(value)) {
    const items = value.map(keepBytes)
    return items.every((item, index) => item === value[index]) ? value : items
  }
  if (!isPlain(value)) return value
  const record = value as Record<string, unknown>
  let copy: Record<string, unknown> | undefined
  for (const key in record) {
    const kept = keepBytes(record[key])
    if (kept === record[key]) continue
    copy ??= { ...record }
    copy[key] = kept
  }
  return copy ?? value
}
