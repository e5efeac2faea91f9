// Copies samples/*/public to build/samples/*/public, so that a compiled sample finds its pages
// beside itself, just as its source does.
import { cpSync, existsSync, readdirSync } from 'node:fs'

const samples = new URL('../samples/', import.meta.url)
const build = new URL('../build/samples/', import.meta.url)

for (const entry of readdirSync(samples, { withFileTypes: true })) {
  const assets = new URL(`${entry.name}/public/`, samples)
  if (entry.isDirectory() && existsSync(assets)) {
    cpSync(assets, new URL(`${entry.name}/public/`, build), { recursive: true })
  }
}
