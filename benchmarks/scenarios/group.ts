import type { WireName } from '../load/wire-name.js'
import type { Scenario } from './scenario.js'

/** Scenarios that are measured together, turn by turn. */
export interface ScenarioGroup {
  readonly scenarios: readonly Scenario[]
  /** Who takes part in a quick run; without peers it is part of one that checks, or names it. */
  readonly quick: 'all' | 'no peers' | 'nobody'
  /** Who takes part; everyone when absent. The first is the control of the group. */
  readonly variations?: readonly Variation[]
  /** A small difference is the point: turns are shorter, and there are more of them. */
  readonly fine?: boolean
  /** The scenarios grow: from the second on, each contender is compared with its own first, too. */
  readonly growth?: boolean
  /** What the first scenario's control stands for, when later scenarios are compared with it, too. */
  readonly reference?: string
}

/** A contender, perhaps with settings of its own. */
export interface Variation {
  /** The key of the contender. */
  readonly of: 'control' | 'enfilade'
  /** The module to run in place of the contender's own. */
  readonly module?: string
  /** What is said behind its name. */
  readonly setting?: string
  /** What its clients speak; that of the contender when absent. */
  readonly wire?: WireName
  /** What every second member speaks; the same when absent. */
  readonly otherWire?: WireName
  readonly env?: Readonly<Record<string, string>>
}
