// npm run bench [-- --quick] [--correctness] [--only TEXT] [--json FILE]
import { writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { parseArgs } from 'node:util'
import { checkScenario, measureScenario, type Measurement } from './measure.js'
import { createScenarios } from './scenarios/scenario.js'

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    correctness: { type: 'boolean', default: false },
    only: { type: 'string', default: '' },
    json: { type: 'string' },
  },
})

/** A quick run has shorter and fewer turns: good for a look, too short for a figure to quote. */
const share = values.quick ? 0.2 : 1
const turns = values.quick ? 3 : 7

const scenarios = createScenarios(share).filter(({ name }) =>
  name.toLowerCase().includes(values.only.toLowerCase()),
)
if (scenarios.length === 0) throw new Error(`no scenario has "${values.only}" in its name`)

if (values.correctness) {
  for (const scenario of scenarios) {
    await checkScenario(scenario)
    console.log(`right: ${scenario.name}`)
  }
} else {
  const machine = { node: process.version, cpu: cpus()[0]?.model ?? '?', cores: cpus().length }
  console.log(`Node ${machine.node}, ${machine.cores} × ${machine.cpu}`)
  const results: Measurement[] = []
  for (const scenario of scenarios) {
    const measured = await measureScenario(scenario, turns)
    results.push(...measured)
    printRows(measured)
  }
  if (values.json !== undefined) {
    writeFileSync(values.json, `${JSON.stringify({ machine, turns, results }, undefined, 2)}\n`)
  }
}

function printRows(measured: readonly Measurement[]): void {
  console.log(`\n${measured[0]?.scenario ?? ''}`)
  for (const row of measured) {
    const cells = [
      row.contender.padEnd(24),
      `${row.cpuPerUnit.toFixed(2)} µs`.padStart(10),
      `${row.cpuRatio.toFixed(2)} ×`.padStart(8),
      `${Math.round(row.perSecond).toLocaleString('en')}/s`.padStart(13),
      `server ${percent(row.serverShare)}`.padStart(12),
      `load ${percent(row.loadShare)}`.padStart(10),
    ]
    console.log(`  ${cells.join(' ')}`)
  }
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`
}
