import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { chartOf, renderReport, withFigures } from './docs.js'
import type { Report } from './row.js'

/** From `build/benchmarks/report` to the repository. */
const root = fileURLToPath(new URL('../../../', import.meta.url))

/** Puts a report into docs/performance.md, with its chart, and keeps it beside the harness. */
export function writeDocs(report: Report): void {
  const page = `${root}docs/performance.md`
  writeFileSync(page, withFigures(readFileSync(page, 'utf8'), report))
  writeFileSync(`${root}docs/performance.svg`, chartOf(report))
  writeFileSync(`${root}benchmarks/results.json`, renderReport(report))
}
