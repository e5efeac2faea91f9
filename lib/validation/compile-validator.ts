import type { ValidationError, ValidatorOptions } from 'class-validator'
import type { MaybePromise } from '../async/maybe-promise.js'
import { WsError } from '../errors/ws-error.js'
import { showValue } from '../errors/show-value.js'
import type { Constructor } from '../metadata/records.js'
import { compileDto } from './compiled-dto.js'
import { dataError, kindError, type FieldError } from './data-error.js'
import { forget, inspectDto } from './dto-graph.js'
import { toFieldErrors } from './field-errors.js'
import { keepBytes } from './keep-bytes.js'
import { readItems } from './read-items.js'
import { loadLibraries, type ValidationLibraries } from './libraries.js'

/** Checks data and builds what the handler gets. Throws or rejects with a `WsError` 400. */
export type DataReader = (data: unknown) => MaybePromise<unknown>

/** A reader; and whether what it returns may be a promise. */
export interface CompiledReader {
  readonly read: DataReader
  readonly isAsync: boolean
}

/** Type of the data, as `@Data` or the parameter has it. */
export type DataType = Constructor<unknown> | readonly [Constructor<unknown>]

const KINDS = new Map<unknown, readonly [string, string, (data: unknown) => boolean]>([
  [String, ['isString', 'data must be a string', (data) => typeof data === 'string']],
  [Number, ['isNumber', 'data must be a number', (data) => typeof data === 'number']],
  [Boolean, ['isBoolean', 'data must be a boolean', (data) => typeof data === 'boolean']],
  [Array, ['isArray', 'data must be an array', Array.isArray]],
])

/** Classes of the language, which no decorator can describe. */
const BUILT_IN = new Set<unknown>([Date, Map, Set, Promise, RegExp, Symbol, BigInt, Function])

/**
 * Decides once what can be decided about a type.
 *
 * @returns the reader, or what is wrong with the type
 */
export function compileReader(
  type: DataType,
  groups: readonly string[] | undefined,
): CompiledReader | string {
  if (groups !== undefined && !isStrings(groups)) {
    return `groups must be a list of strings, got ${showValue(groups)}`
  }
  if (Array.isArray(type)) {
    if (type.length !== 1) return 'a list names one class: [Dto]'
    return compileArray(type as readonly [Constructor<unknown>], groups)
  }
  if (type === (Object as unknown)) return { read: (data) => data, isAsync: false }
  const kind = KINDS.get(type)
  if (kind) return { read: kindReader(kind), isAsync: false }
  if (typeof type !== 'function') return `${showValue(type)} is no class`
  if (BUILT_IN.has(type)) return `${type.name} is no DTO class`
  return compileClass(type, groups)
}

function isStrings(value: unknown): boolean {
  return Array.isArray(value) && value.every((item) => typeof item === 'string')
}

function kindReader([rule, message, isKind]: readonly [
  string,
  string,
  (data: unknown) => boolean,
]): DataReader {
  return (data) => {
    if (!isKind(data)) throw kindError(rule, message)
    return data
  }
}

function compileClass(
  type: Constructor<unknown>,
  groups: readonly string[] | undefined,
): CompiledReader | string {
  const libraries = loadLibraries()
  const { hasRules, isAsync } = inspectDto(type, libraries)
  if (!hasRules) return `${type.name} has no class-validator decorators`
  const check = createCheck(libraries, isAsync, groups)
  const compiled = compileDto(type, { libraries, groups })
  const read: DataReader = (data) => {
    if (typeof data !== 'object' || data === null || Array.isArray(data)) {
      throw kindError('isObject', 'data must be an object')
    }
    // What is compiled knows its keys.
    const instance = compiled?.(data)
    if (instance !== undefined) return instance
    const fault = forbiddenKey(data, '')
    if (fault) throw dataError([fault])
    return check(build(libraries, type, data, groups))
  }
  return { read, isAsync }
}

function compileArray(
  [type]: readonly [Constructor<unknown>],
  groups: readonly string[] | undefined,
): CompiledReader | string {
  const item = compileReader(type, groups)
  if (typeof item === 'string') return item
  const read: DataReader = (data) => {
    if (!Array.isArray(data)) throw kindError('isArray', 'data must be an array')
    return readItems(data, item)
  }
  return { read, isAsync: item.isAsync }
}

function build(
  { transformer }: ValidationLibraries,
  type: Constructor<unknown>,
  data: object,
  groups: readonly string[] | undefined,
): object {
  const options = groups ? { groups: [...groups] } : {}
  try {
    return transformer.plainToInstance<object, object>(
      type as never,
      keepBytes(data) as object,
      options,
    )
  } catch (error) {
    if (error instanceof WsError) throw error
    // Transformations run before the rules: what they choke on is data that no rule has seen.
    throw kindError('transform', 'data cannot be transformed')
  }
}

function createCheck(
  libraries: ValidationLibraries,
  isAsync: boolean,
  groups: readonly string[] | undefined,
): (instance: object) => MaybePromise<object> {
  const options = {
    whitelist: true,
    forbidNonWhitelisted: true,
    forbidUnknownValues: true,
    validationError: { target: false },
    ...(groups && { groups: [...groups] }),
  }
  const judge = (instance: object, errors: readonly ValidationError[]): object => {
    const found = errors.length > 0 ? toFieldErrors(errors) : []
    if (found.length > 0) throw dataError(found)
    return instance
  }
  const { validator } = libraries
  return isAsync
    ? async (instance) => judge(instance, await validator.validate(instance, options))
    : (instance) => judge(instance, validateNow(libraries, instance, options))
}

/**
 * `validateSync` takes a promise for a yes. No rule known to wait is here, but one of the user's may
 * have the name of one that never does, and wait for some values only.
 *
 * @throws TypeError when a rule does not answer at once: data that is not known to be valid is not
 * handed on
 */
function validateNow(
  { validator, Executor }: ValidationLibraries,
  instance: object,
  options: ValidatorOptions,
): readonly ValidationError[] {
  const executor = new Executor(new validator.Validator(), options)
  const errors: ValidationError[] = []
  executor.execute(instance, undefined, errors)
  const { awaitingPromises } = executor
  if (awaitingPromises.length === 0) return executor.stripEmptyErrors(errors)
  awaitingPromises.forEach(forget)
  throw new TypeError(
    `a rule of ${instance.constructor.name} that has the name of one of class-validator's returned a promise: declare it with async: true`,
  )
}

/** Keys that would become a prototype on the way into an instance, or pass for its class. */
const FORBIDDEN: ReadonlySet<string> = new Set(['__proto__', 'constructor'])

function forbiddenKey(value: object, prefix: string): FieldError | undefined {
  const record = value as Record<string, unknown>
  for (const key in record) {
    const item = record[key]
    if (FORBIDDEN.has(key)) {
      const field = prefix === '' ? key : `${prefix}.${key}`
      return { field, rule: 'whitelistValidation', message: `property ${key} should not exist` }
    }
    if (typeof item !== 'object' || item === null || ArrayBuffer.isView(item)) continue
    const found = forbiddenKey(item, prefix === '' ? key : `${prefix}.${key}`)
    if (found) return found
  }
  return undefined
}
