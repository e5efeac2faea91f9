// Runs a compiled sample by the start of its name: `npm run sample -- 01`.
import { existsSync, readdirSync } from 'node:fs'
import { buildSamplePage } from './build-sample-pages.js'

const samples = new URL('../samples/', import.meta.url)
const build = new URL('../build/samples/', import.meta.url)
/** Samples that serve the pages of others. */
const BORROWED = { '07-cluster': ['02-chat', '06-cursors'] }
const wanted = process.argv[2]
// The folders of the sources: build/ may still hold what has been renamed since.
const names = readdirSync(samples).filter((name) =>
  existsSync(new URL(`${name}/server.ts`, samples)),
)
const name = wanted && names.find((candidate) => candidate.startsWith(wanted))

if (!name) {
  console.error(
    `Usage: npm run sample -- <name>\n\n${names.map((one) => `    ${one}`).join('\n')}\n`,
  )
  process.exit(1)
}

for (const page of BORROWED[name] ?? [name]) await buildSamplePage(page)
process.argv.splice(2, 1)
await import(new URL(`${name}/server.js`, build).href)
