/** What is used of JSON Schema. */
export interface Schema {
  readonly type?: string | readonly string[]
  readonly format?: string
  readonly pattern?: string
  readonly enum?: readonly unknown[]
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
  readonly items?: Schema
  readonly minLength?: number
  readonly maxLength?: number
  readonly minimum?: number
  readonly maximum?: number
}

/** What a schema allows, in a few words: `string, 1 to 200 characters`. */
export function hintOf(schema: Schema): string {
  const { type, format, pattern, items, minLength, maxLength, minimum, maximum } = schema
  if (schema.enum) return ''
  const name = typeof type === 'string' && type !== 'object' && type !== 'boolean' ? type : ''
  const of = items ? hintOf(items) : ''
  return [
    name === 'array' ? `list${of && ` of ${of}`}, as JSON` : name,
    format ?? '',
    bounds(minLength, maxLength) && `${bounds(minLength, maxLength)} characters`,
    bounds(minimum, maximum),
    pattern === undefined ? '' : `like ${pattern}`,
  ]
    .filter(Boolean)
    .join(', ')
}

function bounds(least: number | undefined, most: number | undefined): string {
  if (least !== undefined && most !== undefined) return `${least} to ${most}`
  if (least !== undefined) return `from ${least}`
  return most === undefined ? '' : `up to ${most}`
}
