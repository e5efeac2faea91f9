import { parameterDecorator } from './record-on.js'
import type { Constructor } from '../metadata/records.js'

/** How `@Data` validates. */
export interface DataOptions {
  /** The validation groups of class-validator and class-transformer. Default: none. */
  readonly groups?: readonly string[]
  /** Whether a message may come without data: the parameter is `undefined` then. Default: false. */
  readonly optional?: boolean
}

/**
 * The data of the message.
 *
 * A parameter typed with a class is validated by class-validator (unknown fields are refused) and
 * built by class-transformer; a failure is `400` with `details` that name each field and rule, and
 * the handler does not run. `String`, `Number`, `Boolean` and `Array` are checked by type. Interfaces
 * and `unknown` are handed over as they came.
 *
 * @param type the class, for runners without `emitDecoratorMetadata`; `[Dto]` for an array of them;
 * default: the type of the parameter
 */
export function Data(
  type?: Constructor<unknown> | readonly [Constructor<unknown>],
  options?: DataOptions,
): ParameterDecorator
/** The data of the message, validated by the parameter's own type with these options. */
export function Data(options: DataOptions): ParameterDecorator
export function Data(first?: unknown, second?: DataOptions): ParameterDecorator {
  const isOptions = typeof first === 'object' && first !== null && !Array.isArray(first)
  return isOptions
    ? parameterDecorator('Data', 'data', undefined, first)
    : parameterDecorator('Data', 'data', first, second)
}
