import { startServer } from '../child.js'
import type { Contender } from '../contenders/contender.js'
import type { Row } from '../report/row.js'
import { median, pairedRatio } from '../report/statistics.js'

const ROUTES = 1000

/** With a class that class-validator checks, whose import is most of the time, and without. */
const SCENARIOS: readonly { name: string; env: Readonly<Record<string, string>> }[] = [
  { name: 'Start-up with 1,000 routes', env: { BENCH_DTO: 'off' } },
  { name: 'Start-up with 1,000 routes and class-validator', env: {} },
]

/** From the start of the process until it listens, in turns. */
export async function measureStartup(
  contenders: readonly Contender[],
  turns: number,
): Promise<Row[]> {
  const rows: Row[] = []
  for (const { name, env } of SCENARIOS) {
    const starting = contenders.map((one) => ({ ...one, env: { ...one.env, ...env } }))
    rows.push(...(await measureOne(name, starting, turns)))
  }
  return rows
}

async function measureOne(
  scenario: string,
  contenders: readonly Contender[],
  turns: number,
): Promise<Row[]> {
  const times = new Map<Contender, number[]>(contenders.map((contender) => [contender, []]))
  // The first turn fills the caches of the disk.
  for (let turn = 0; turn <= turns; turn++) {
    for (const contender of contenders) {
      const time = await startOnce(contender)
      if (turn > 0) times.get(contender)?.push(time)
    }
  }
  const control = times.get(contenders[0] as Contender) ?? []
  return contenders.map((contender) => {
    const values = times.get(contender) ?? []
    return {
      figure: 'startup',
      scenario,
      contender: contender.name,
      value: median(values),
      ratio: pairedRatio(values, control),
    }
  })
}

async function startOnce(contender: Contender): Promise<number> {
  const start = performance.now()
  const { server } = await startServer(contender, ROUTES)
  const time = performance.now() - start
  server.stop()
  return time
}
