import type { RuleCheck, Check } from './compiled-rule.js'
import type { Take } from './compiled-type.js'

/** An instance while it is being filled. */
export type Instance = Record<string, unknown>

/**
 * Checks data and builds the instance in one go.
 *
 * @returns the instance, or `undefined` when the data is not valid, or looks unusual: then the
 * libraries are asked
 */
export type Fill = (data: object) => object | undefined

/** A class, compiled. A plan may contain itself. */
export interface Plan {
  readonly type: new () => Instance
  /** In the order of declaration, which is the usual order of the keys too. */
  readonly properties: Property[]
  readonly byName: Map<string, Property>
  /** Becomes a faster one when the class turns out to be used. */
  fill: Fill
}

/** A property that has rules. */
export interface Property {
  readonly name: string
  readonly index: number
  /** Makes what the instance gets of what the data has; `null` for a copy. */
  readonly take: Take | null
  readonly isNested: boolean
  /** Whether the rules apply: `@IsOptional`, `@ValidateIf`. `null` when they always do. */
  readonly applies: Check | null
  readonly checks: readonly RuleCheck[]
}
