// Runs a compiled sample by the start of its name: `npm run sample -- 01`.
import { existsSync, readdirSync } from 'node:fs'

const build = new URL('../build/samples/', import.meta.url)
const wanted = process.argv[2]
const names = readdirSync(build).filter((name) => existsSync(new URL(`${name}/server.js`, build)))
const name = wanted && names.find((candidate) => candidate.startsWith(wanted))

if (!name) {
  console.error(`Usage: npm run sample -- <${names.join(' | ')}>`)
  process.exit(1)
}

process.argv.splice(2, 1)
await import(new URL(`${name}/server.js`, build).href)
