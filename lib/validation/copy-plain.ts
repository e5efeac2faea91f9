/** Stands for a value that class-transformer or class-validator has to judge. */
export const FAULT = Symbol('fault')

/**
 * Copies a value as class-transformer does when no `@Type` says what to make of it.
 *
 * @returns the copy, or `FAULT` for what class-transformer does more with than to copy: all that is
 * not JSON, and objects with keys that every object has, as `toString`
 */
export function copyPlain(value: unknown): unknown {
  if (typeof value === 'function') return FAULT
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return copyItems(value, copyPlain)
  return isPlain(value) ? copyObject(value as Record<string, unknown>) : FAULT
}

/** Copies an array item by item; `FAULT` as soon as one is. */
export function copyItems(
  items: readonly unknown[],
  copyItem: (item: unknown) => unknown,
): unknown[] | typeof FAULT {
  const copies: unknown[] = []
  for (const item of items) {
    const copy = copyItem(item)
    // A hole looks like `undefined`, and class-transformer closes holes.
    if (copy === FAULT || copy === undefined) return FAULT
    copies.push(copy)
  }
  return copies
}

/** Whether an object is one that `JSON.parse` may have made. */
export function isPlain(value: object): boolean {
  return Object.getPrototypeOf(value) === Object.prototype
}

function copyObject(source: Record<string, unknown>): unknown {
  const copy: Record<string, unknown> = {}
  for (const key in source) {
    // `__proto__`, `constructor`, `toString`, whatever else every object has.
    if (copy[key] !== undefined) return FAULT
    const item = copyPlain(source[key])
    if (item === FAULT) return FAULT
    copy[key] = item
  }
  return copy
}
