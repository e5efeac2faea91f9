/** A value in words, for messages about a wrong one. */
export function showValue(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return `"${value}"`
    case 'function':
      return value.name === '' ? 'a function' : value.name
    case 'object':
      if (value === null) return 'null'
      return Array.isArray(value) ? 'an array' : 'an object'
    case 'undefined':
      return 'undefined'
    case 'symbol':
      return value.toString()
    case 'number':
    case 'boolean':
    case 'bigint':
      return `${value}`
  }
}

/** The text of something thrown, which may be an error of another realm. */
export function errorText(error: unknown): string {
  if (typeof error !== 'object' || error === null) return showValue(error)
  const { message, name } = error as { message?: unknown; name?: unknown }
  const text = [message, name].find((part) => typeof part === 'string' && part !== '')
  return typeof text === 'string' ? text : showValue(error)
}
