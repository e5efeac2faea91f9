import { findRecord } from '../metadata/store.js'
import type { ClassRecord, Constructor, MethodRecord } from '../metadata/records.js'

/** A controller with all that it inherits. */
export interface ControllerDefinition {
  readonly type: Constructor
  /** Whether the class or one it extends has `@Controller`. */
  readonly isController: boolean
  readonly prefix: unknown
  readonly options: unknown
  readonly presence: ClassRecord['presence']
  /** What `@Document` was given; `undefined` for a controller. */
  readonly document: ClassRecord['document']
  readonly middleware: readonly unknown[]
  readonly serial: boolean
  readonly timeout: unknown
  readonly rateLimit: unknown
  readonly methods: readonly MethodRecord[]
  readonly misplaced: ClassRecord['misplaced']
}

/**
 * Merges the records of a class and the classes it extends. A method that overrides another keeps
 * the decorators of that one, unless it has some of its own, which then take their place.
 */
export function readController(type: Constructor): ControllerDefinition {
  const records = lineage(type).flatMap((ancestor) => findRecord(ancestor) ?? [])
  const controller = records.findLast((record) => record.controller)?.controller
  return {
    type,
    isController: controller !== undefined,
    prefix: controller?.prefix,
    options: controller?.options,
    presence: records.findLast((record) => record.presence)?.presence,
    document: records.findLast((record) => record.document)?.document,
    middleware: records.flatMap((record) => record.middleware),
    serial: records.some((record) => record.serial),
    timeout: records.findLast(({ timeout }) => timeout !== undefined)?.timeout,
    rateLimit: records.findLast(({ rateLimit }) => rateLimit !== undefined)?.rateLimit,
    methods: [...mergeMethods(records).values()],
    misplaced: records.flatMap((record) => record.misplaced),
  }
}

function mergeMethods(records: readonly ClassRecord[]): ClassRecord['methods'] {
  const [only] = records
  if (only && records.length === 1) return only.methods
  const methods: ClassRecord['methods'] = new Map()
  for (const record of records) {
    for (const [name, method] of record.methods) {
      methods.set(name, override(methods.get(name), method))
    }
  }
  return methods
}

/** The class and its ancestors, the oldest first. */
function lineage(type: Constructor): Constructor[] {
  const classes: Constructor[] = []
  for (
    let current: unknown = type;
    typeof current === 'function' && current !== Function.prototype;
    current = Object.getPrototypeOf(current)
  ) {
    classes.unshift(current as unknown as Constructor)
  }
  return classes
}

function override(base: MethodRecord | undefined, own: MethodRecord): MethodRecord {
  if (!base) return own
  const parameters = own.parameters.length > 0 ? own.parameters : base.parameters
  return isHandler(own) ? { ...own, parameters } : { ...base, parameters }
}

function isHandler(method: MethodRecord): boolean {
  const lists = [
    method.routes,
    method.lifecycle,
    method.roomHooks,
    method.memberships,
    method.broadcasts,
    method.documentHooks,
    method.middleware,
  ]
  const { serial, stream, timeout, rateLimit } = method
  if (serial || stream === true || timeout !== undefined || rateLimit !== undefined) return true
  return lists.some((list) => list.length > 0)
}
