import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { chartOf, renderReport, withFigures } from './docs.js'
import type { Report } from './row.js'

/** From `build/benchmarks/report` to the repository. */
const root = fileURLToPath(new URL('../../../', import.meta.url))

/** Puts a report into docs/performance.md, with its chart, and keeps it beside the harness. */
export function writeDocs(report: Report): void {
  const kept = renderReport(report)
  // The page tells what is kept, whose figures have fewer digits.
  const told = JSON.parse(kept) as Report
  const page = `${root}docs/performance.md`
  writeFileSync(page, withFigures(readFileSync(page, 'utf8'), told))
  writeFileSync(`${root}docs/performance.svg`, chartOf(told))
  writeFileSync(`${root}benchmarks/results.json`, kept)
}
