/** What is measured. */
export type Figure = 'cpu' | 'memory' | 'startup'

/** One contender in one scenario. */
export interface Row {
  readonly figure: Figure
  readonly scenario: string
  readonly contender: string
  /**
   * The median turn: microseconds of server CPU per message (per delivery of a broadcast), bytes, or
   * milliseconds.
   */
  readonly value: number
  /** The median of the ratios to the control's turn beside it; 1 for the control. */
  readonly ratio: number
  /** The quartiles of those ratios. */
  readonly spread?: readonly [number, number]
  /** The ratio to this contender's own first scenario, when the scenarios grow. */
  readonly growth?: number
  /** The ratio to the control in the first scenario of the group, and what that stands for. */
  readonly reference?: { readonly name: string; readonly ratio: number }
  readonly load?: LoadFigures
  readonly latency?: LatencyFigures
  /** Pushes per second to each member. */
  readonly pushes?: number
  /** Of `memory`: what JavaScript holds of it. */
  readonly heap?: number
}

/** From the writing of a message until a member has it, in milliseconds. */
export interface LatencyFigures {
  readonly median: number
  readonly p99: number
  /** Of the medians, turn by turn, to the control's. */
  readonly ratio: number
}

/** What the load was. */
export interface LoadFigures {
  /** Messages (deliveries) per second: the median turn. */
  readonly perSecond: number
  /** How much of its core the load generator used. */
  readonly loadShare: number
  /** How much of its core the server used. */
  readonly serverShare: number
}

/** A whole run, as `--json` writes it. */
export interface Report {
  readonly machine: {
    readonly node: string
    readonly cpu: string
    readonly cores: number
    /** The load average before the run: what else the machine did. Reports of old do not tell. */
    readonly busy?: number
  }
  readonly date: string
  readonly rows: readonly Row[]
}
