// npm run bench -- [options]: see README.md.
import { readFileSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import type { Contender } from './contenders/contender.js'
import { checkContender } from './measure/lane.js'
import { measureMemory } from './measure/memory.js'
import { profileScenarios } from './measure/profile.js'
import { measureStartup } from './measure/startup.js'
import { measureScenarios, measureServers } from './measure/throughput.js'
import { readOptions, type Options } from './options.js'
import { preparePeers } from './peers.js'
import { pastBounds } from './report/bounds.js'
import { renderChart } from './report/chart.js'
import type { Report, Row } from './report/row.js'
import { byScenario, renderShares, renderTable } from './report/table.js'
import { readScenario, readTarget } from './scenarios/own-scenario.js'
import { createScenarios, type Scenario, type ScenarioGroup } from './scenarios/scenario.js'

/** What the chart shows. */
const CHARTED = /^(RPC echo|Validated RPC.*|Broadcast to [\d,]+, 64 B), depth 16$|^Validated/

const options = readCommandLine()
const { quick, contenders } = options
const machine = { node: process.version, cpu: cpus()[0]?.model ?? '?', cores: cpus().length }
/** A quick run has shorter and fewer turns: good for a look, too short for a figure to quote. */
const pace = {
  turns: options.turns ?? (quick ? 3 : 5),
  seconds: options.seconds ?? (quick ? 0.15 : 0.5),
}

try {
  await main()
} catch (error) {
  for (let fault = error; fault instanceof Error; fault = fault.cause) console.error(fault.message)
  process.exitCode = 1
}

async function main(): Promise<void> {
  if (options.from !== undefined) {
    finish(JSON.parse(readFileSync(options.from, 'utf8')) as Report)
    return
  }
  if (options.urls.length > 0) {
    finish(reportOf(await measureOwn(options)))
    return
  }
  if (contenders.some(({ peer }) => peer)) preparePeers()
  if (options.correctness) await checkAll()
  else finish(reportOf(await measureAll()))
}

async function measureOwn({ urls, pids, scenario: file = '' }: Options): Promise<Row[]> {
  const scenario = readScenario(file)
  const servers = urls.map((url, index) => ({
    name: url,
    target: readTarget(url, scenario.wire),
    pid: pids[index],
  }))
  return tell(await measureServers(servers, scenario, pace))
}

async function checkAll(): Promise<void> {
  const scenarios = selected(createScenarios(quick)).flatMap((group) => group.scenarios)
  for (const contender of contenders) {
    await checkContender(contender, scenarios)
    console.log(`${contender.name} answers ${scenarios.length} scenarios right`)
  }
}

async function measureAll(): Promise<Row[]> {
  console.log(`Node ${machine.node}, ${machine.cores} × ${machine.cpu}`)
  const rows: Row[] = []
  for (const { scenarios, quick: who } of selected(createScenarios(quick))) {
    const taking = contenders.filter(({ peer }) => !quick || !peer || who === 'all')
    rows.push(...tell(await measureScenarios(taking, scenarios, pace)))
    if (options.profile !== undefined) await profile(options.profile, taking, scenarios)
  }
  const ours = contenders.filter(({ peer }) => !quick || !peer)
  if (isSelected('Start-up')) {
    rows.push(...tell(await measureStartup(ours, quick ? 3 : 5)))
  }
  if (isSelected('Memory')) {
    const weighing = quick
      ? { turns: 1, connections: 3000, rooms: 10 }
      : { turns: 3, connections: 5000, rooms: 10 }
    rows.push(...tell(await measureMemory(ours, weighing)))
  }
  return rows
}

async function profile(
  folder: string,
  profiled: readonly Contender[],
  scenarios: readonly Scenario[],
): Promise<void> {
  const profiling = { folder, seconds: 2 }
  for (const done of await profileScenarios(profiled, scenarios, profiling)) {
    console.log(`\n${done.contender}, ${done.scenario}: ${done.file}`)
    console.log(renderShares(done.heaviest))
  }
}

function reportOf(rows: Row[]): Report {
  return { machine, date: new Date().toISOString(), rows }
}

function readCommandLine(): Options {
  try {
    return readOptions(process.argv.slice(2))
  } catch (error) {
    console.error(error instanceof Error ? error.message : error)
    process.exit(1)
  }
}

function selected(groups: readonly ScenarioGroup[]): ScenarioGroup[] {
  return groups.filter(({ scenarios }) => scenarios.some(({ name }) => isSelected(name)))
}

function isSelected(name: string): boolean {
  return name.toLowerCase().includes(options.only.toLowerCase())
}

function tell(rows: Row[]): Row[] {
  for (const scenario of byScenario(rows)) console.log(`\n${renderTable(scenario)}`)
  return rows
}

function finish(report: Report): void {
  const { rows } = report
  if (options.from !== undefined) tell([...rows])
  if (options.json !== undefined) {
    writeFileSync(options.json, `${JSON.stringify(report, undefined, 2)}\n`)
  }
  if (options.svg !== undefined) {
    const charted = rows.filter(({ scenario }) => CHARTED.test(scenario))
    writeFileSync(options.svg, renderChart(byScenario(charted)))
  }
  if (!options.check) return
  const faults = pastBounds(rows)
  for (const fault of faults) console.error(`past its bound: ${fault}`)
  if (faults.length > 0) process.exitCode = 1
}
