// npm run bench -- [options]: see README.md.
import { readFileSync, writeFileSync } from 'node:fs'
import { cpus, loadavg } from 'node:os'
import { createMeasurements, type Measurement } from './measure/all.js'
import { checkContender } from './measure/lane.js'
import { profileScenarios } from './measure/profile.js'
import { measureServers } from './measure/throughput.js'
import { readOptions, type Options } from './options.js'
import { preparePeers } from './peers.js'
import { judge } from './report/bounds.js'
import { measureChecked, renderVerdicts, verdictsOf, type Verdict } from './report/check.js'
import { chartOf, renderReport } from './report/docs.js'
import type { Report, Row } from './report/row.js'
import { byScenario, renderShares, renderTable } from './report/table.js'
import { writeDocs } from './report/write-docs.js'
import { readScenario, readTarget } from './scenarios/own-scenario.js'

const options = readCommandLine()
const { quick, contenders } = options
const machine = {
  node: process.version,
  cpu: cpus()[0]?.model ?? '?',
  cores: cpus().length,
  busy: loadavg()[0] ?? 0,
}
/**
 * A quick run has shorter and fewer turns: good for a look, too short for a figure to quote. In a whole
 * one, what differs by percents takes more turns than what differs by factors.
 */
const pace = {
  turns: options.turns ?? (quick ? 3 : 9),
  seconds: options.seconds ?? (quick ? 0.15 : 0.3),
  finer: quick || (options.turns ?? options.seconds) !== undefined ? 1 : 8,
}

try {
  await main()
} catch (error) {
  for (let fault = error; fault instanceof Error; fault = fault.cause) console.error(fault.message)
  process.exitCode = 1
}

async function main(): Promise<void> {
  if (options.from !== undefined) {
    const report = JSON.parse(readFileSync(options.from, 'utf8')) as Report
    tell(report.rows)
    if (options.check) tellVerdicts(verdictsOf([judge(report.rows)]))
    write(report)
    return
  }
  if (options.urls.length > 0) {
    write(reportOf(await measureOwn(options)))
    return
  }
  if (contenders.some(({ peer }) => peer)) preparePeers()
  const short = options.check || options.correctness || options.only !== '' ? 'checked' : 'look'
  const extent = { selection: quick ? short : 'all', pace } as const
  const measurements = createMeasurements(contenders, extent).filter(isSelected)
  if (options.correctness || options.check) await checkAll(measurements)
  if (!options.correctness) write(reportOf(await measureAll(measurements)))
}

async function measureOwn({ urls, pids, scenario: file = '' }: Options): Promise<Row[]> {
  const scenario = readScenario(file)
  const servers = urls.map((url, index) => ({
    name: url,
    target: readTarget(url, scenario.wire),
    pid: pids[index],
  }))
  const rows = await measureServers(servers, scenario, pace)
  tell(rows)
  return rows
}

/** Whoever is measured in a scenario has to answer it right, in every setting. */
async function checkAll(measurements: readonly Measurement[]): Promise<void> {
  const names = measurements.flatMap((measurement) =>
    measurement.contenders.map(({ name }) => name),
  )
  for (const name of new Set(names)) {
    const own = measurements.filter((one) => one.contenders.some((other) => other.name === name))
    const scenarios = own.flatMap((measurement) => measurement.scenarios)
    const contender = own.flatMap((one) => one.contenders).find((other) => other.name === name)
    if (!contender || scenarios.length === 0) continue
    await checkContender(contender, scenarios)
    console.log(`${name} answers ${scenarios.length} scenarios right`)
  }
}

async function measureAll(measurements: readonly Measurement[]): Promise<Row[]> {
  console.log(`Node ${machine.node}, ${machine.cores} × ${machine.cpu}`)
  const all: Row[] = []
  const verdicts: Verdict[] = []
  for (const measurement of measurements) {
    const { rows, verdicts: reached } = await measureOne(measurement)
    all.push(...rows)
    verdicts.push(...reached)
    if (options.profile !== undefined) await profile(options.profile, measurement)
  }
  if (options.check) tellVerdicts(verdicts)
  return all
}

function tellVerdicts(verdicts: readonly Verdict[]): void {
  console.log(`\n${renderVerdicts(verdicts)}`)
  if (verdicts.some(({ holds }) => !holds)) process.exitCode = 1
}

/** What is measured again is about Enfilade: only it and the control take part. */
async function measureOne(
  measurement: Measurement,
): Promise<{ rows: readonly Row[]; verdicts: readonly Verdict[] }> {
  const measure = async (before: number): Promise<Row[]> => {
    if (before > 0) console.log('\nPast a bound; once more, in fresh processes:')
    const taking = measurement.contenders.filter(({ peer }) => before === 0 || !peer)
    const rows = await measurement.measure(taking)
    tell(rows)
    return rows
  }
  if (options.check) return measureChecked(measure)
  return { rows: await measure(0), verdicts: [] }
}

async function profile(
  folder: string,
  { contenders: profiled, scenarios }: Measurement,
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

function isSelected({ names }: Measurement): boolean {
  return names.some((name) => name.toLowerCase().includes(options.only.toLowerCase()))
}

function tell(rows: readonly Row[]): void {
  for (const scenario of byScenario(rows)) console.log(`\n${renderTable(scenario)}`)
}

function write(report: Report): void {
  const { json, svg, docs } = options
  if (json !== undefined) writeFileSync(json, renderReport(report))
  if (svg !== undefined) writeFileSync(svg, chartOf(report))
  if (docs) writeDocs(report)
}
