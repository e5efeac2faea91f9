import './reflect.js'
import type { ClassRecord, Constructor, MethodRecord } from './records.js'

/** One key for every copy of this package, since reflect-metadata exists once. */
const KEY = Symbol.for('enfilade:class')

/** What has been found already: every decorator asks, and reflect-metadata takes its time. */
const known = new WeakMap<Constructor, ClassRecord>()

/** Most lists of most methods stay empty. */
const NONE: readonly never[] = Object.freeze([])

/** The record of a class itself, without what it inherits; made when there is none. */
export function ownRecord(target: Constructor): ClassRecord {
  const existing = findRecord(target)
  if (existing) return existing
  const record: ClassRecord = { middleware: [], serial: false, methods: new Map(), misplaced: [] }
  Reflect.defineMetadata(KEY, record, target)
  known.set(target, record)
  return record
}

/** The record of a class itself, or `undefined` when no decorator touched it. */
export function findRecord(target: Constructor): ClassRecord | undefined {
  const found = known.get(target)
  if (found) return found
  const record = Reflect.getOwnMetadata(KEY, target) as ClassRecord | undefined
  if (record) known.set(target, record)
  return record
}

/** The record of one method of a class; made when there is none. */
export function ownMethod(target: Constructor, name: string | symbol): MethodRecord {
  const { methods } = ownRecord(target)
  const existing = methods.get(name)
  if (existing) return existing
  const record: MethodRecord = {
    name,
    routes: NONE,
    lifecycle: NONE,
    roomHooks: NONE,
    memberships: NONE,
    broadcasts: NONE,
    documentHooks: NONE,
    middleware: NONE,
    parameters: NONE,
    serial: false,
  }
  methods.set(name, record)
  return record
}

/** A list with one more at its end. A `push` would make room for sixteen, in each of a thousand methods. */
export function append<T>(list: readonly T[], item: T): readonly T[] {
  return list.length === 0 ? [item] : [...list, item]
}

/**
 * The parameter types TypeScript emitted for a method, or `undefined` without
 * `emitDecoratorMetadata`.
 */
export function methodParameterTypes(
  target: Constructor,
  name: string | symbol,
): readonly unknown[] | undefined {
  return Reflect.getMetadata('design:paramtypes', target.prototype as object, name) as
    readonly unknown[] | undefined
}

/** The parameter types TypeScript emitted for a constructor, its own or an inherited one. */
export function constructorParameterTypes(target: Constructor): readonly unknown[] | undefined {
  return Reflect.getMetadata('design:paramtypes', target) as readonly unknown[] | undefined
}

/** What tsyringe's `@inject` said of a constructor's parameters, by index. */
export function injectionTokens(target: Constructor): Readonly<Record<string, unknown>> {
  return (Reflect.getOwnMetadata('injectionTokens', target) ?? {}) as Record<string, unknown>
}

/** The type TypeScript emitted for a field; `undefined` without `emitDecoratorMetadata`. */
export function emittedType(target: Constructor, name: string | symbol): unknown {
  return Reflect.getMetadata('design:type', target.prototype as object, name)
}

/** The type TypeScript emitted for what a method returns; `Promise` and `Object` say nothing. */
export function emittedReturnType(target: Constructor, name: string | symbol): unknown {
  return Reflect.getMetadata('design:returntype', target.prototype as object, name)
}
