import { Load, startServer, type Child } from '../child.js'
import type { Contender } from '../contenders/contender.js'
import type { LoadResult, Target } from '../load/generator.js'
import { processCpu } from '../../lib/load/process-stats.js'
import type { Scenario } from '../scenarios/scenario.js'

/** A server under one scenario. */
export interface Lane {
  readonly name: string
  readonly scenario: Scenario
  readonly load: Load
  /** None when somebody else started it. */
  readonly server: Child | undefined
  /** Of the server; none when it is not known. */
  readonly pid: number | undefined
  /** Whether it takes fewer turns than the control. */
  readonly isPeer: boolean
  readonly turns: Turn[]
  readonly stop: () => void
}

/** What a lane did in a turn. */
export interface Turn extends TakenTurn {
  /** Lanes that took a turn in the same round stood beside each other. */
  readonly round: number
}

interface TakenTurn extends LoadResult {
  /** NaN when the process is not known. */
  readonly serverCpu: number
}

/** A server that is there already. */
export interface RunningServer {
  readonly name: string
  readonly target: Target
  readonly pid: number | undefined
  readonly isPeer?: boolean
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

/** Starts a contender, and connects everyone, once it answers right. */
export async function openContender(contender: Contender, scenario: Scenario): Promise<Lane> {
  const { server, port } = await startServer(contender, routesOf(scenario))
  const { name, peer: isPeer } = contender
  const running = { name, target: targetOf(contender, port), pid: server.pid, isPeer }
  return openLane(running, scenario, server)
}

/** The same for a server that runs. */
export async function openLane(
  { name, target, pid, isPeer = false }: RunningServer,
  scenario: Scenario,
  server?: Child,
): Promise<Lane> {
  const load = new Load()
  const stop = (): void => {
    server?.stop()
    load.stop()
  }
  const ask = (kind: 'check' | 'open', fault: string): Promise<unknown> =>
    load.ask({ kind, target, scenario }).catch((error: unknown) => {
      throw new Error(`${name}, ${scenario.name}: ${fault}`, { cause: error })
    })
  try {
    await ask('check', 'wrong answer')
    await ask('open', 'not everyone could connect')
    return { name, scenario, load, server, pid, isPeer, turns: [], stop }
  } catch (error) {
    stop()
    throw error
  }
}

/** Puts load on the server for so long. */
export async function takeTurn(lane: Lane, seconds: number): Promise<TakenTurn> {
  const { load, pid, name, scenario } = lane
  const before = pid === undefined ? 0 : processCpu(pid)
  const result = await load.run(seconds).catch((error: unknown) => {
    throw new Error(`${name}, ${scenario.name}: the load failed`, { cause: error })
  })
  return { ...result, serverCpu: pid === undefined ? Number.NaN : processCpu(pid) - before }
}

function routesOf({ members, variants }: Scenario): number {
  return members > 0 ? 1 : variants
}

function targetOf({ wire, otherWire }: Contender, port: number): Target {
  const target = { host: '127.0.0.1', port, wire }
  return otherWire === undefined ? target : { ...target, otherWire }
}
