import type { Constructor } from '../metadata/records.js'
import { copyItems, FAULT } from './copy-plain.js'
import { fixedType } from './dto-graph.js'
import type { TypeMetadata } from './libraries.js'

/** Makes what an instance gets of what the data has, or `FAULT`. */
export type Take = (value: unknown, instance: object, source: object) => unknown

export type Convert = (value: unknown) => unknown

const CONVERSIONS = new Map<unknown, Convert>([
  [String, String],
  [Number, Number],
  [Boolean, Boolean],
  [Date, (value) => new Date(value as string)],
])

/** Types of a field under which an array stays an array. */
const ARRAY_TYPES = new Set<unknown>([undefined, Array, Object])

/**
 * Compiles `@Type`.
 *
 * @param compileClass makes of a class what builds one; `undefined` if it cannot
 * @returns `undefined` for a `@Type` that class-transformer has to carry out
 */
export function compileTyped(
  property: string,
  { typeFunction, reflectedType, options }: TypeMetadata,
  compileClass: (type: Constructor<unknown>) => Convert | undefined,
): Take | undefined {
  if (!typeFunction || options?.discriminator) return undefined
  if (reflectedType === Set || reflectedType === Map) return undefined
  const type = fixedType(typeFunction)?.type
  const convert =
    typeof type === 'function' ? compileClass(type as Constructor<unknown>) : undefined
  if (!convert) return undefined
  const takesArrays = ARRAY_TYPES.has(reflectedType)
  return (value, newObject, object) => {
    if (value === undefined || value === null) return value
    // It may say something else today, and class-transformer asks per message too.
    if (typeFunction({ newObject, object, property }) !== type) return FAULT
    if (!Array.isArray(value)) return convert(value)
    return takesArrays ? copyItems(value, convert) : FAULT
  }
}

/** What class-transformer does with primitive values; it has more to say about objects. */
export function conversionTo(type: unknown): Convert | undefined {
  const convert = CONVERSIONS.get(type)
  return (
    convert &&
    ((value) => {
      if (value === null || value === undefined) return value
      return typeof value === 'object' || typeof value === 'function' ? FAULT : convert(value)
    })
  )
}
