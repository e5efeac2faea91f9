import type { Check } from './compiled-rule.js'
import { copyPlain, FAULT, isPlain } from './copy-plain.js'
import type { Fill, Plan, Property } from './dto-plan.js'
import { isKnown } from './fill-plan.js'

/** Past it, finding the right case takes longer than the lookup that `fillPlan` does. */
const MAX_PROPERTIES = 32

/** Makes a value known to the generated code; returns its name there. */
type Use = (value: unknown) => string

type Make = (...values: readonly unknown[]) => Fill

/**
 * Writes `fillPlan` out for one class. Each class then has code of its own, in which the engine sees
 * constant names, one constructor and always the same checks: three times as fast.
 *
 * Nothing of the code comes from data: only the names of the properties that have rules, quoted.
 *
 * @returns `undefined` where code may not be made of strings (`--disallow-code-generation-from-strings`),
 * and for classes with so many properties that it does not pay
 */
export function generateFill(plan: Plan): Fill | undefined {
  if (plan.properties.length > MAX_PROPERTIES) return undefined
  const values: unknown[] = []
  const use: Use = (value) => `$${values.push(value) - 1}`
  const code = `'use strict'
  return (data) => {
    if (!${use(isPlain)}(data)) return undefined
    const instance = new ${use(plan.type)}()
    let value
    for (const key in data) {
      switch (key) {
        ${plan.properties.map((property) => takeCode(property, use)).join('\n')}
        default: return undefined
      }
    }
    ${plan.properties.map((property) => checkCode(property, use)).join('\n')}
    return instance
  }`
  try {
    // eslint-disable-next-line @typescript-eslint/no-implied-eval -- of names that are quoted
    const make = new Function(...values.map((_, index) => `$${index}`), code) as Make
    return make(...values)
  } catch {
    return undefined
  }
}

function takeCode({ name, take }: Property, use: Use): string {
  const key = JSON.stringify(name)
  const fault = use(FAULT)
  const taken = take
    ? `value = ${use(take)}(data[${key}], instance, data)
       if (value === ${fault}) return undefined`
    : `value = data[${key}]
       if (typeof value === 'object' || typeof value === 'function') {
         value = ${use(copyPlain)}(value)
         if (value === ${fault}) return undefined
       }`
  return `case ${key}:
    ${taken}
    instance[${key}] = value
    break`
}

function checkCode({ name, isNested, applies, checks }: Property, use: Use): string {
  const key = JSON.stringify(name)
  const refusals = checks.map(({ isSure, ask }) => {
    const sure = isSure ? `!${use(isSure)}(value) && ` : ''
    return `if (${sure}!${use(ask satisfies Check)}(value, instance)) return undefined`
  })
  if (isNested) refusals.unshift(`if (!${use(isKnown)}(value, ${key}, data)) return undefined`)
  if (refusals.length === 0 && !applies) return ''
  return `value = instance[${key}]
    ${applies ? `if (${use(applies)}(value, instance))` : ''} {
      ${refusals.join('\n')}
    }`
}
