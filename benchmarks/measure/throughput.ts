import type { Contender } from '../contenders/contender.js'
import type { Row } from '../report/row.js'
import { median, pairedRatio, pairedSpread } from '../report/statistics.js'
import type { Scenario } from '../scenarios/scenario.js'
import { openContender, openLane, takeTurn, type Lane, type RunningServer } from './lane.js'

/** How long and how often. */
export interface Pace {
  readonly turns: number
  /** Of a turn. */
  readonly seconds: number
}

/**
 * Measures all contenders in all scenarios in turns, A B A B, so that a change of the machine's speed
 * hits all. The first contender is the control.
 */
export async function measureScenarios(
  contenders: readonly Contender[],
  scenarios: readonly Scenario[],
  pace: Pace,
): Promise<Row[]> {
  const lanes: Lane[] = []
  try {
    for (const scenario of scenarios) {
      for (const contender of contenders) lanes.push(await openContender(contender, scenario))
    }
    return await takeTurns(lanes, contenders.length, pace)
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
    return await takeTurns(lanes, servers.length, pace)
  } finally {
    for (const lane of lanes) lane.stop()
  }
}

async function takeTurns(
  lanes: readonly Lane[],
  contenders: number,
  { turns, seconds }: Pace,
): Promise<Row[]> {
  // The first turn warms up.
  for (let turn = 0; turn <= turns; turn++) {
    for (const lane of lanes) {
      const taken = await takeTurn(lane, seconds)
      if (turn > 0) lane.turns.push(taken)
    }
  }
  return lanes.map((lane, index) => {
    const control = lanes[index - (index % contenders)] as Lane
    const first = lanes[index % contenders] as Lane
    return summarise(lane, control, first)
  })
}

function summarise(lane: Lane, control: Lane, first: Lane): Row {
  const { turns, scenario } = lane
  const deliveries = Math.max(1, scenario.members)
  const cpus = cpuPerUnit(lane)
  return {
    figure: 'cpu',
    scenario: scenario.name,
    contender: lane.name,
    value: median(cpus),
    ratio: pairedRatio(cpus, cpuPerUnit(control)),
    ...(lane === control ? {} : { spread: pairedSpread(cpus, cpuPerUnit(control)) }),
    ...(lane === first ? {} : { growth: pairedRatio(cpus, cpuPerUnit(first)) }),
    load: {
      perSecond: median(turns.map(({ messages, seconds }) => (messages * deliveries) / seconds)),
      loadShare: median(turns.map(({ cpu, seconds }) => cpu / seconds)),
      serverShare: median(turns.map(({ serverCpu, seconds }) => serverCpu / seconds)),
    },
  }
}

/** Microseconds of server CPU, turn by turn. */
function cpuPerUnit({ turns, scenario }: Lane): number[] {
  const deliveries = Math.max(1, scenario.members)
  return turns.map(({ serverCpu, messages }) => (serverCpu / (messages * deliveries)) * 1e6)
}
