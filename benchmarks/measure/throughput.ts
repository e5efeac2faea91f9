import type { Contender } from '../contenders/contender.js'
import type { Row } from '../report/row.js'
import { median, pairedRatio, pairedSpread, quantile } from '../report/statistics.js'
import type { ScenarioGroup } from '../scenarios/group.js'
import { deliveriesOf, type Scenario } from '../scenarios/scenario.js'
import { openContender, openLane, takeTurn, type Lane, type RunningServer } from './lane.js'

/** How long and how often. */
export interface Pace {
  readonly turns: number
  /** Of a turn. */
  readonly seconds: number
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
    await takeTurns(lanes, group.fine === true ? finer(pace) : pace)
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
    await takeTurns(lanes, pace)
    return summariseAll(lanes, servers.length, {})
  } finally {
    for (const lane of lanes) lane.stop()
  }
}

function finer({ turns, seconds }: Pace): Pace {
  return { turns: turns * 4, seconds: seconds / 2 }
}

async function takeTurns(lanes: readonly Lane[], { turns, seconds }: Pace): Promise<void> {
  // The first turn warms up: code that is not compiled yet says nothing.
  for (let turn = 0; turn <= turns; turn++) {
    for (const lane of lanes) {
      const unhurried = turn === 0 ? WARM_UP_SECONDS : 0
      const least = lane.scenario.rate === undefined ? unhurried : LEAST_SECONDS_AT_A_RATE
      const taken = await takeTurn(lane, Math.max(least, seconds))
      if (turn > 0) lane.turns.push(taken)
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
  const cpus = cpuPerUnit(lane)
  return {
    figure: 'cpu',
    scenario: scenario.name,
    contender: lane.name,
    value: median(cpus),
    ratio: pairedRatio(cpus, cpuPerUnit(control)),
    ...(lane === control ? {} : { spread: pairedSpread(cpus, cpuPerUnit(control)) }),
    ...(growth && lane !== first ? { growth: pairedRatio(cpus, cpuPerUnit(first)) } : {}),
    ...(reference === undefined || scenario === start.scenario
      ? {}
      : { reference: { name: reference, ratio: pairedRatio(cpus, cpuPerUnit(start)) } }),
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
  const medians = (of: Lane): number[] => of.turns.map(({ latencies = [] }) => median(latencies))
  return {
    latency: {
      median: median(all),
      p99: quantile(all, 0.99),
      ratio: pairedRatio(medians(lane), medians(control)),
    },
  }
}

function pushesOf({ turns }: Lane): Pick<Row, 'pushes'> {
  const all = turns.flatMap(({ pushes }) => (pushes === undefined ? [] : [pushes]))
  return all.length === 0 ? {} : { pushes: median(all) }
}

/** Microseconds of server CPU, turn by turn. */
function cpuPerUnit({ turns, scenario }: Lane): number[] {
  const deliveries = deliveriesOf(scenario)
  return turns.map(({ serverCpu, messages }) => (serverCpu / (messages * deliveries)) * 1e6)
}
