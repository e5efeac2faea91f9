import type { JsonSchema } from './asyncapi-document.js'

/** The part of a rule of class-validator that says what it wants. */
export interface KnownRule {
  readonly name?: string | undefined
  readonly constraints: readonly unknown[]
}

type Translate = (constraints: readonly unknown[]) => JsonSchema

const text = (more: JsonSchema = {}): Translate => {
  const schema = { type: 'string', ...more }
  return () => schema
}
const limit =
  (keyword: string): Translate =>
  ([value]) => ({ [keyword]: value })

/** What the rules of class-validator are in JSON schema; others are left to the server. */
const RULES: Readonly<Record<string, Translate>> = {
  isString: text(),
  isEmail: text({ format: 'email' }),
  isUrl: text({ format: 'uri' }),
  isUuid: text({ format: 'uuid' }),
  isIp: ([version]) => ({ type: 'string', format: String(version) === '6' ? 'ipv6' : 'ipv4' }),
  isIso8601: text({ format: 'date-time' }),
  isDateString: text({ format: 'date-time' }),
  isDate: text({ format: 'date-time' }),
  isMilitaryTime: text({ pattern: '^([01]\\d|2[0-3]):([0-5]\\d)$' }),
  isHexColor: text({ pattern: '^#?([0-9a-fA-F]{3,4}|[0-9a-fA-F]{6}|[0-9a-fA-F]{8})$' }),
  isBase64: text({ contentEncoding: 'base64' }),
  isNotEmpty: () => ({ minLength: 1 }),
  isLength: ([min, max]) => ({
    ...(min !== undefined && { minLength: min }),
    ...(max !== undefined && { maxLength: max }),
  }),
  minLength: limit('minLength'),
  maxLength: limit('maxLength'),
  matches: ([pattern]) => ({
    type: 'string',
    pattern: pattern instanceof RegExp ? pattern.source : String(pattern),
  }),
  isNumber: () => ({ type: 'number' }),
  isInt: () => ({ type: 'integer' }),
  isPositive: () => ({ exclusiveMinimum: 0 }),
  isNegative: () => ({ exclusiveMaximum: 0 }),
  min: limit('minimum'),
  max: limit('maximum'),
  isDivisibleBy: limit('multipleOf'),
  isBoolean: () => ({ type: 'boolean' }),
  isEnum: ([entries]) => ({ enum: enumValues(entries) }),
  isIn: ([values]) => ({ enum: [...(values as unknown[])] }),
  isNotIn: ([values]) => ({ not: { enum: [...(values as unknown[])] } }),
  equals: limit('const'),
  isArray: () => ({ type: 'array' }),
  arrayMinSize: limit('minItems'),
  arrayMaxSize: limit('maxItems'),
  arrayNotEmpty: () => ({ minItems: 1 }),
  arrayUnique: () => ({ uniqueItems: true }),
  isObject: () => ({ type: 'object' }),
  isNotEmptyObject: () => ({ type: 'object', minProperties: 1 }),
}

/** What one rule says; nothing for a rule that JSON schema has no word for. */
export function ruleSchema({ name = '', constraints }: KnownRule): JsonSchema {
  if (!Object.hasOwn(RULES, name)) return {}
  return RULES[name]?.(constraints) ?? {}
}

/** TypeScript gives an enum of numbers a way back from each number to its name. */
function enumValues(entries: unknown): unknown[] {
  const record = entries as Record<string, unknown>
  const isName = (value: unknown): boolean =>
    typeof value === 'string' && typeof record[value] === 'number'
  return [...new Set(Object.values(record).filter((value) => !isName(value)))]
}
