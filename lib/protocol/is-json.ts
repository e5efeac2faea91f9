/**
 * Whether JSON carries a value as it is. What it would leave out does not count: of `undefined` and of
 * functions nothing is missed.
 */
export function isJson(value: unknown): boolean {
  if (typeof value === 'bigint') return false
  if (typeof value === 'number') return Number.isFinite(value)
  if (typeof value !== 'object' || value === null) return true
  if (Array.isArray(value)) return value.every(isJson)
  const prototype: unknown = Object.getPrototypeOf(value)
  // A date, bytes, a map: JSON makes something else of them.
  if (prototype !== Object.prototype && prototype !== null) return isPlain(value)
  return Object.values(value).every(isJson)
}

/** Instances of classes are what their properties are, unless they are something of the language. */
function isPlain(value: object): boolean {
  const isBuiltIn =
    ArrayBuffer.isView(value) ||
    value instanceof ArrayBuffer ||
    value instanceof Date ||
    value instanceof Map ||
    value instanceof Set
  return !isBuiltIn && Object.values(value).every(isJson)
}
