import { Load, startServer } from '../child.js'
import type { Contender } from '../contenders/contender.js'
import type { LoadRequest } from '../load/generator.js'
import { processRss } from '../../lib/load/process-stats.js'
import type { Row } from '../report/row.js'
import { median, pairedRatio } from '../report/statistics.js'
import { grouped } from '../scenarios/scenario.js'

/** How much is weighed. */
export interface Weighing {
  readonly turns: number
  readonly connections: number
  /** Rooms that each connection is in. */
  readonly rooms: number
}

interface Weights {
  readonly connection: Weight
  readonly membership: Weight
}

/** Bytes: what the kernel counts as resident, and what JavaScript holds. */
interface Weight {
  readonly resident: number
  readonly heap: number
}

/** Connections that are there before anything is weighed. */
const WARM = 2000

/** The young generation never grows nor shrinks: its size would be weighed. */
const FLAGS = ['--expose-gc', '--min-semi-space-size=16', '--max-semi-space-size=16']

/** What an idle connection holds, and a membership: resident memory after collections. */
export async function measureMemory(
  contenders: readonly Contender[],
  weighing: Weighing,
): Promise<Row[]> {
  const weights = new Map<Contender, Weights[]>(contenders.map((contender) => [contender, []]))
  for (let turn = 0; turn < weighing.turns; turn++) {
    for (const contender of contenders) {
      weights.get(contender)?.push(await weigh(contender, weighing))
    }
  }
  const { connections, rooms } = weighing
  const row = (scenario: string, contender: Contender, part: keyof Weights): Row => {
    const of = (one: Contender, kind: keyof Weight): number[] =>
      (weights.get(one) ?? []).map((weight) => weight[part][kind])
    const values = of(contender, 'resident')
    return {
      figure: 'memory',
      scenario,
      contender: contender.name,
      value: median(values),
      ratio: pairedRatio(values, of(contenders[0] ?? contender, 'resident')),
      heap: median(of(contender, 'heap')),
    }
  }
  const idle = `Memory of an idle connection (${grouped(connections)})`
  const membership = `Memory of a membership (${grouped(connections)} × ${rooms})`
  return [
    ...contenders.map((contender) => row(idle, contender, 'connection')),
    ...contenders.map((contender) => row(membership, contender, 'membership')),
  ]
}

async function weigh(contender: Contender, { connections, rooms }: Weighing): Promise<Weights> {
  const { server, port } = await startServer(contender, 1, FLAGS)
  const load = new Load()
  const target: Extract<LoadRequest, { kind: 'crowd' }>['target'] = {
    ...{ host: '127.0.0.1', port, wire: contender.wire },
  }
  const settled = async (): Promise<Weight> => {
    const { heap } = await server.ask<{ heap: number }>({ kind: 'collect' })
    return { resident: processRss(server.pid), heap }
  }
  try {
    // What a server allocates once, and the heap that comes with being busy.
    await load.ask({ kind: 'crowd', target, connections: WARM })
    await load.ask({ kind: 'crowd-calls', times: 50 })
    await load.ask({ kind: 'crowd-joins', each: rooms })
    const empty = await settled()
    await load.ask({ kind: 'crowd', target, connections })
    const connected = await settled()
    await load.ask({ kind: 'crowd-joins', each: rooms })
    const joined = await settled()
    return {
      connection: perUnit(empty, connected, connections),
      membership: perUnit(connected, joined, connections * rooms),
    }
  } finally {
    server.stop()
    load.stop()
  }
}

function perUnit(before: Weight, after: Weight, units: number): Weight {
  return {
    resident: (after.resident - before.resident) / units,
    heap: (after.heap - before.heap) / units,
  }
}
