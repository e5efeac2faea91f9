import { expect } from '@jest/globals'
import { plainToInstance } from 'class-transformer'
import { validate, type ValidationError } from 'class-validator'
import { WsError } from '../../lib/errors/ws-error.js'
import type { Constructor } from '../../lib/metadata/records.js'
import { compileReader, type CompiledReader } from '../../lib/validation/compile-validator.js'
import { compileDto } from '../../lib/validation/compiled-dto.js'
import type { Fill } from '../../lib/validation/dto-plan.js'
import { keepBytes } from '../../lib/validation/keep-bytes.js'
import { loadLibraries } from '../../lib/validation/libraries.js'

/** What became of data: an instance, the `details` of a 400, or what else was thrown. */
export type Verdict = { instance: unknown } | { details: unknown } | { thrown: string }

const UNCLEAN = new Set(['__proto__', 'constructor'])

/** What the libraries say about data, called directly; written without a look at `lib/`. */
async function judgeByLibraries(
  type: Constructor<unknown>,
  data: unknown,
  groups?: string[],
): Promise<Verdict> {
  if (typeof data !== 'object' || data === null || Array.isArray(data)) {
    return detailsOf('', { isObject: 'data must be an object' })
  }
  const unclean = uncleanPath(data)
  if (unclean) {
    const key = unclean.at(-1)
    return detailsOf(unclean.join('.'), { whitelistValidation: `property ${key} should not exist` })
  }
  let instance: object
  try {
    instance = plainToInstance(type as never, data, groups ? { groups } : {})
  } catch (error) {
    if (error instanceof WsError) return { thrown: String(error) }
    return detailsOf('', { transform: 'data cannot be transformed' })
  }
  try {
    const options = { whitelist: true, forbidNonWhitelisted: true, forbidUnknownValues: true }
    const errors = await validate(instance, groups ? { ...options, groups } : options)
    const details = errors.flatMap((error) => flat(error))
    return details.length === 0 ? { instance } : { details }
  } catch (error) {
    return { thrown: String(error) }
  }
}

/** What the reader of the framework makes of it. */
async function judgeByReader(reader: CompiledReader, data: unknown): Promise<Verdict> {
  try {
    return { instance: await reader.read(data) }
  } catch (error) {
    if (error instanceof WsError && error.code === 400) return { details: error.details }
    return { thrown: String(error) }
  }
}

/** Throws unless both say the same, down to the order of the instance's keys. */
function expectSame(verdict: Verdict, expected: Verdict, what: string): void {
  const [actual, wanted] = [portray(verdict), portray(expected)]
  if (actual !== wanted) expect(`${what}: ${actual}`).toBe(`${what}: ${wanted}`)
}

/** What the framework makes of a class. */
interface Readers {
  readonly reader: CompiledReader
  /** The compiled path of a class that is used for the first time, if it has one. */
  readonly compiled: Fill | undefined
  /** The same of a class that is used a lot: its code is written out. */
  readonly generated: Fill | undefined
}

export function compileBoth(type: Constructor<unknown>, groups?: string[]): Readers {
  const reader = compileReader(type, groups)
  if (typeof reader === 'string') throw new Error(reader)
  const context = { libraries: loadLibraries(), groups }
  return {
    reader,
    compiled: compileDto(type, { ...context, patience: Infinity }),
    generated: compileDto(type, { ...context, patience: 0 }),
  }
}

/** Compares reader and libraries for all data. Data comes from functions: each gets its own. */
export async function compareAll(
  type: Constructor<unknown>,
  makers: readonly (() => unknown)[],
  groups?: string[],
): Promise<{ accepted: number; compiled: number }> {
  const { reader, compiled, generated } = compileBoth(type, groups)
  const count = { accepted: 0, compiled: 0 }
  for (const [index, make] of makers.entries()) {
    // The one thing that is done better: class-transformer would lose the bytes.
    const expected = await judgeByLibraries(type, keepBytes(make()), groups)
    const what = `${type.name} given #${index}`
    expectSame(await judgeByReader(reader, make()), expected, what)
    if ('instance' in expected) count.accepted++
    const first = expectCompiled(compiled, make, { expected, what: `${what}, compiled` })
    const later = expectCompiled(generated, make, { expected, what: `${what}, generated` })
    if (first !== later) throw new Error(`${what}: generated code takes other data`)
    if (first) count.compiled++
  }
  return count
}

/** Whether data takes the compiled path; throws if the path says anything else than the libraries. */
function expectCompiled(
  fill: Fill | undefined,
  make: () => unknown,
  { expected, what }: { expected: Verdict; what: string },
): boolean {
  const data = make()
  if (!fill || typeof data !== 'object' || data === null || Array.isArray(data)) return false
  const instance = fill(data)
  if (instance === undefined) return false
  expectSame({ instance }, expected, what)
  // Valid data is copied, never changed or shared.
  expectSame({ instance: data }, { instance: make() }, `${what}, its data`)
  return true
}

function uncleanPath(value: object): string[] | undefined {
  for (const [key, item] of Object.entries(value)) {
    if (UNCLEAN.has(key)) return [key]
    const path = typeof item === 'object' && item !== null && uncleanPath(item as object)
    if (path) return [key, ...path]
  }
  return undefined
}

function flat({ property, value, constraints, children }: ValidationError, prefix = ''): object[] {
  // A value of a class without rules has an error of its own, which names no property.
  const field = [prefix, property as string | undefined].filter(Boolean).join('.')
  const nested = (children ?? []).flatMap((child) => flat(child, field))
  const broken = { ...constraints }
  // Nobody sent what is undefined: JSON has no such value.
  if (value === undefined) delete broken.whitelistValidation
  return [...detailsOf(field, broken).details, ...nested]
}

function detailsOf(field: string, constraints: Record<string, string>): { details: object[] } {
  const details = Object.entries(constraints).map(([rule, message]) => ({ field, rule, message }))
  return { details }
}

/** A value as text: all keys in their order, the classes, and what tells -0, NaN and dates apart. */
function portray(value: unknown): string {
  if (Object.is(value, -0)) return '-0'
  if (typeof value === 'string') return JSON.stringify(value)
  if (typeof value !== 'object' || value === null) return `${typeof value} ${String(value)}`
  const name = (Object.getPrototypeOf(value) as object | null)?.constructor.name
  const isCollection = value instanceof Map || value instanceof Set
  const inner = isCollection ? portray([...value]) : value instanceof Date ? value.getTime() : ''
  const items = Object.keys(value).map(
    (key) => `${key}:${portray((value as Record<string, unknown>)[key])}`,
  )
  return `${name} ${inner}{${items.join()}}`
}
