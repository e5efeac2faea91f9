import { takingPart, type Contender } from '../contenders/contender.js'
import type { Row } from '../report/row.js'
import { createGroups, type Selection } from '../scenarios/all.js'
import type { Scenario } from '../scenarios/scenario.js'
import { measureMemory } from './memory.js'
import { measureStartup } from './startup.js'
import { measureGroup, type Pace } from './throughput.js'

/** What is measured together, and again when it is past a bound. */
export interface Measurement {
  /** Of its scenarios: what `--only` looks at. */
  readonly names: readonly string[]
  readonly contenders: readonly Contender[]
  /** Put under load; none when something else is measured. */
  readonly scenarios: readonly Scenario[]
  measure(contenders: readonly Contender[]): Promise<Row[]>
}

/** How much is measured. */
export interface Extent {
  readonly selection: Selection
  readonly pace: Pace
}

const START_UP = 'Start-up with 1,000 routes'
const MEMORY = ['Memory of an idle connection', 'Memory of a membership']

/** All that a run measures, in order. */
export function createMeasurements(chosen: readonly Contender[], extent: Extent): Measurement[] {
  const { selection, pace } = extent
  const quick = selection !== 'all'
  const others = chosen.filter(({ peer }) => !quick || !peer)
  const weighing = quick
    ? { turns: 1, connections: 3000, rooms: 10 }
    : { turns: Math.min(3, pace.turns), connections: 8000, rooms: 20 }
  const loads = createGroups(selection).map((group) => ({
    names: group.scenarios.map(({ name }) => name),
    contenders: takingPart(group, chosen, quick),
    scenarios: group.scenarios,
    measure: (contenders: readonly Contender[]) => measureGroup(contenders, group, pace),
  }))
  return [
    ...loads.filter(({ contenders }) => contenders.length > 0),
    {
      names: [START_UP],
      contenders: others,
      scenarios: [],
      measure: (contenders) => measureStartup(contenders, quick ? 3 : 15),
    },
    {
      names: MEMORY,
      contenders: others,
      scenarios: [],
      measure: (contenders) => measureMemory(contenders, weighing),
    },
  ]
}
