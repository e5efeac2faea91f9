import { Child } from './child.js'
import { CONTENDERS, type Contender } from './contenders/contender.js'
import { processCpu } from './process-cpu.js'
import type { Scenario } from './scenarios/scenario.js'

/** One turn of one contender. */
export interface Turn {
  readonly seconds: number
  /** CPU seconds of the server. */
  readonly serverCpu: number
  /** CPU seconds of the load generator. */
  readonly loadCpu: number
}

/** What a contender did in a scenario. */
export interface Measurement {
  readonly scenario: string
  readonly contender: string
  /** Server CPU in microseconds per message, or per delivery of a broadcast: the median turn. */
  readonly cpuPerUnit: number
  /** Messages (deliveries) per second: the median turn. */
  readonly perSecond: number
  /** The median of the ratios to the control's turn beside it; 1 for the control. */
  readonly cpuRatio: number
  /** How much of its core the load generator used. */
  readonly loadShare: number
  /** How much of its core the server used. */
  readonly serverShare: number
}

interface Running {
  readonly contender: Contender
  readonly server: Child
  readonly load: Child
}

/** Checks that every contender answers a scenario right. */
export async function checkScenario(scenario: Scenario): Promise<void> {
  for (const contender of CONTENDERS) {
    const server = new Child(`./contenders/${contender.module}`)
    const load = new Child('./load/generator.js')
    try {
      const { port } = await server.next<{ port: number }>()
      await load.ask({ kind: 'check', port, scenario })
    } catch (error) {
      throw new Error(`${contender.name}, ${scenario.name}: wrong answer`, { cause: error })
    } finally {
      server.stop()
      load.stop()
    }
  }
}

/** Measures all contenders in turns, A B A B, so that a change of the machine's speed hits all. */
export async function measureScenario(scenario: Scenario, turns: number): Promise<Measurement[]> {
  const running: Running[] = []
  try {
    for (const contender of CONTENDERS) running.push(await start(contender, scenario))
    for (const one of running) await takeTurn(one) // warm-up
    const results = new Map<Running, Turn[]>(running.map((one) => [one, []]))
    for (let turn = 0; turn < turns; turn++) {
      for (const one of running) results.get(one)?.push(await takeTurn(one))
    }
    const control = results.get(running[0] as Running) ?? []
    return running.map((one) => summarise(one, scenario, results.get(one) ?? [], control))
  } finally {
    for (const { server, load } of running) {
      server.stop()
      load.stop()
    }
  }
}

async function start(contender: Contender, scenario: Scenario): Promise<Running> {
  const server = new Child(`./contenders/${contender.module}`)
  const load = new Child('./load/generator.js')
  const { port } = await server.next<{ port: number }>()
  await load.ask({ kind: 'check', port, scenario })
  await load.ask({ kind: 'open', port, scenario })
  return { contender, server, load }
}

async function takeTurn({ server, load }: Running): Promise<Turn> {
  const before = processCpu(server.pid)
  const { seconds = 0, cpu = 0 } = await load.ask({ kind: 'run' })
  return { seconds, serverCpu: processCpu(server.pid) - before, loadCpu: cpu }
}

function summarise(
  { contender }: Running,
  scenario: Scenario,
  turns: readonly Turn[],
  control: readonly Turn[],
): Measurement {
  const units = scenario.count * Math.max(1, scenario.members)
  const cpu = turns.map(({ serverCpu }) => serverCpu)
  return {
    scenario: scenario.name,
    contender: contender.name,
    cpuPerUnit: (median(cpu) / units) * 1e6,
    perSecond: units / median(turns.map(({ seconds }) => seconds)),
    cpuRatio: median(cpu.map((value, index) => value / (control[index]?.serverCpu ?? value))),
    loadShare: median(turns.map(({ loadCpu, seconds }) => loadCpu / seconds)),
    serverShare: median(turns.map(({ serverCpu, seconds }) => serverCpu / seconds)),
  }
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? 0
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? upper)) / 2
}
