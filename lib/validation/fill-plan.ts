import { copyPlain, FAULT, isPlain } from './copy-plain.js'
import type { Instance, Plan, Property } from './dto-plan.js'

/** Carries out a plan, property by property: what `Fill` says. */
export function fillPlan({ type, properties, byName }: Plan, data: object): object | undefined {
  if (!isPlain(data)) return undefined
  const source = data as Record<string, unknown>
  const instance = new type()
  let next = 0
  for (const key in source) {
    let property = properties[next]
    if (property?.name !== key) property = byName.get(key)
    if (!property) return undefined
    next = property.index + 1
    let value = source[key]
    if (property.take) value = property.take(value, instance, source)
    else if (typeof value === 'object' || typeof value === 'function') value = copyPlain(value)
    if (value === FAULT) return undefined
    instance[key] = value
  }
  for (const property of properties) {
    if (!isValid(property, instance, source)) return undefined
  }
  return instance
}

function isValid(property: Property, instance: Instance, source: object): boolean {
  const { name, applies, checks, isNested } = property
  const value = instance[name]
  if (applies && !applies(value, instance)) return true
  if (isNested && !isKnown(value, name, source)) return false
  for (const { isSure, ask } of checks) {
    if (!isSure?.(value) && !ask(value, instance)) return false
  }
  return true
}

/**
 * Whether what is nested is known to be valid: what is in the data was checked when it was built,
 * what the class itself put there by nobody.
 */
export function isKnown(value: unknown, name: string, source: object): boolean {
  if (value === undefined) return true
  if (value === null) return false
  return Object.hasOwn(source, name) || (Array.isArray(value) && value.length === 0)
}
