import type { Contender } from '../contenders/contender.js'
import type { Row } from '../report/row.js'
import {
  besideEachOther,
  median,
  pairedRatio,
  pairedSpread,
  quantile,
} from '../report/statistics.js'
import type { ScenarioGroup } from '../scenarios/group.js'
import { deliveriesOf, type Scenario } from '../scenarios/scenario.js'
import {
  openContender,
  openLane,
  takeTurn,
  type Lane,
  type RunningServer,
  type Turn,
} from './lane.js'

/** How long and how often. */
export interface Pace {
  readonly turns: number
  /** Of a turn. */
  readonly seconds: number
  /** So many turns of half the time in place of each, but for peers: those are further away. */
  readonly finer: number
}

type Grouped = Pick<ScenarioGroup, 'growth' | 'reference'>

/** The lanes that a lane is compared with. */
interface Peers extends Grouped {
  /** In the same scenario. */
  readonly control: Lane
  /** The same contender in the first scenario. */
  readonly first: Lane
  /** The control in the first scenario. */
  readonly start: Lane
}

/** {@link Pace.finer} where a small difference is the point, at the least. */
const FINE = 4

/** A few messages a second need as many seconds to tell something. */
const LEAST_SECONDS_AT_A_RATE = 1

/** However short the turns are. */
const WARM_UP_SECONDS = 0.4

/**
 * Measures all contenders in all scenarios in turns, A B A B, so that a change of the machine's speed
 * hits all. The first contender is the control.
 */
export async function measureGroup(
  contenders: readonly Contender[],
  group: ScenarioGroup,
  pace: Pace,
): Promise<Row[]> {
  const lanes: Lane[] = []
  try {
    for (const scenario of group.scenarios) {
      for (const contender of contenders) lanes.push(await openContender(contender, scenario))
    }
    await takeTurns(lanes, { ...pace, finer: finerOf(group, pace) })
    return summariseAll(lanes, contenders.length, group)
  } finally {
    for (const lane of lanes) lane.stop()
  }
}

/** The same for servers that somebody else started. */
export async function measureServers(
  servers: readonly RunningServer[],
  scenario: Scenario,
  pace: Pace,
): Promise<Row[]> {
  const lanes: Lane[] = []
  try {
    for (const server of servers) lanes.push(await openLane(server, scenario))
    await takeTurns(lanes, { ...pace, finer: 1 })
    return summariseAll(lanes, servers.length, {})
  } finally {
    for (const lane of lanes) lane.stop()
  }
}

function finerOf({ scenarios, fine = false }: ScenarioGroup, { finer }: Pace): number {
  // Those last as long as it takes.
  if (scenarios.some(({ rate }) => rate !== undefined)) return 1
  return fine ? Math.max(FINE, finer) : finer
}

async function takeTurns(lanes: readonly Lane[], { turns, seconds, finer }: Pace): Promise<void> {
  // The first turn warms up: code that is not compiled yet says nothing.
  for (let round = 0; round <= turns * finer; round++) {
    const taking = round % finer === 0 ? lanes : lanes.filter(({ isPeer }) => !isPeer)
    for (const lane of taking) {
      const unhurried = round === 0 ? WARM_UP_SECONDS : 0
      const least = lane.scenario.rate === undefined ? unhurried : LEAST_SECONDS_AT_A_RATE
      const length = finer === 1 || lane.isPeer ? seconds : seconds / 2
      const taken = await takeTurn(lane, Math.max(least, length))
      if (round > 0) lane.turns.push({ ...taken, round })
    }
  }
}

function summariseAll(lanes: readonly Lane[], contenders: number, group: Grouped): Row[] {
  return lanes.map((lane, index) =>
    summarise(lane, {
      ...group,
      control: lanes[index - (index % contenders)] as Lane,
      first: lanes[index % contenders] as Lane,
      start: lanes[0] as Lane,
    }),
  )
}

function summarise(lane: Lane, peers: Peers): Row {
  const { control, first, start, growth = false, reference } = peers
  const { scenario } = lane
  return {
    figure: 'cpu',
    scenario: scenario.name,
    contender: lane.name,
    value: median(lane.turns.map(cpuPerUnit(scenario))),
    ratio: pairedRatio(...cpusOf(lane, control)),
    ...(lane === control ? {} : { spread: pairedSpread(...cpusOf(lane, control)) }),
    ...(growth && lane !== first ? { growth: pairedRatio(...cpusOf(lane, first)) } : {}),
    ...(reference === undefined || scenario === start.scenario
      ? {}
      : { reference: { name: reference, ratio: pairedRatio(...cpusOf(lane, start)) } }),
    load: loadOf(lane),
    ...latencyOf(lane, control),
    ...pushesOf(lane),
  }
}

function loadOf({ turns, scenario }: Lane): NonNullable<Row['load']> {
  const deliveries = deliveriesOf(scenario)
  return {
    perSecond: median(turns.map(({ messages, seconds }) => (messages * deliveries) / seconds)),
    loadShare: median(turns.map(({ cpu, seconds }) => cpu / seconds)),
    serverShare: median(turns.map(({ serverCpu, seconds }) => serverCpu / seconds)),
  }
}

function latencyOf(lane: Lane, control: Lane): Pick<Row, 'latency'> {
  const all = lane.turns.flatMap(({ latencies = [] }) => latencies)
  if (all.length === 0) return {}
  const medianOf = ({ latencies = [] }: Turn): number => median(latencies)
  return {
    latency: {
      median: median(all),
      p99: quantile(all, 0.99),
      ratio: pairedRatio(...besideEachOther([lane.turns, medianOf], [control.turns, medianOf])),
    },
  }
}

function pushesOf({ turns }: Lane): Pick<Row, 'pushes'> {
  const all = turns.flatMap(({ pushes }) => (pushes === undefined ? [] : [pushes]))
  return all.length === 0 ? {} : { pushes: median(all) }
}

/** Microseconds of server CPU of both, turn by turn. */
function cpusOf(lane: Lane, other: Lane): readonly [number[], number[]] {
  return besideEachOther(
    [lane.turns, cpuPerUnit(lane.scenario)],
    [other.turns, cpuPerUnit(other.scenario)],
  )
}

function cpuPerUnit(scenario: Scenario): (turn: Turn) => number {
  const deliveries = deliveriesOf(scenario)
  return ({ serverCpu, messages }) => (serverCpu / (messages * deliveries)) * 1e6
}
