import { Load, startServer, type Child } from '../child.js'
import type { Contender } from '../contenders/contender.js'
import type { LoadResult, Target } from '../load/generator.js'
import { processCpu } from '../process-stats.js'
import type { Row } from '../report/row.js'
import { median, pairedRatio } from '../report/statistics.js'
import type { Scenario } from '../scenarios/scenario.js'

/** How long and how often. */
export interface Pace {
  readonly turns: number
  /** Of a turn. */
  readonly seconds: number
}

/** A server under one scenario. */
interface Lane {
  readonly name: string
  readonly scenario: Scenario
  readonly load: Load
  /** Of the server; none when it is not known. */
  readonly pid: number | undefined
  readonly turns: Turn[]
  readonly stop: () => void
}

interface Turn extends LoadResult {
  /** NaN when the process is not known. */
  readonly serverCpu: number
}

/** A server that is there already. */
export interface RunningServer {
  readonly name: string
  readonly target: Target
  readonly pid: number | undefined
}

/** Checks that a contender answers all scenarios right. */
export async function checkContender(
  contender: Contender,
  scenarios: readonly Scenario[],
): Promise<void> {
  const routes = Math.max(...scenarios.map(routesOf))
  const { server, port } = await startServer(contender, routes)
  const load = new Load()
  try {
    for (const scenario of scenarios) {
      await load
        .ask({ kind: 'check', target: targetOf(contender, port), scenario })
        .catch((error: unknown) => {
          throw new Error(`${contender.name}, ${scenario.name}: wrong answer`, { cause: error })
        })
    }
  } finally {
    server.stop()
    load.stop()
  }
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

function routesOf({ members, variants }: Scenario): number {
  return members > 0 ? 1 : variants
}

function targetOf({ wire }: Contender, port: number): Target {
  return { host: '127.0.0.1', port, wire }
}

async function openContender(contender: Contender, scenario: Scenario): Promise<Lane> {
  const { server, port } = await startServer(contender, routesOf(scenario))
  const { name } = contender
  const running = { name, target: targetOf(contender, port), pid: server.pid }
  return openLane(running, scenario, server)
}

async function openLane(
  { name, target, pid }: RunningServer,
  scenario: Scenario,
  server?: Child,
): Promise<Lane> {
  const load = new Load()
  const stop = (): void => {
    server?.stop()
    load.stop()
  }
  try {
    await load.ask({ kind: 'check', target, scenario })
    await load.ask({ kind: 'open', target, scenario })
    return { name, scenario, load, pid, turns: [], stop }
  } catch (error) {
    stop()
    throw new Error(`${name}, ${scenario.name}: wrong answer`, { cause: error })
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

async function takeTurn({ load, pid }: Lane, seconds: number): Promise<Turn> {
  const before = pid === undefined ? 0 : processCpu(pid)
  const result = await load.run(seconds)
  return { ...result, serverCpu: pid === undefined ? Number.NaN : processCpu(pid) - before }
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
