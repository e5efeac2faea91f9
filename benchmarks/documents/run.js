// npm ci && node run.js: measures each in a process of its own, in turns, and prints tables.
import { build } from 'esbuild'
import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const path = (relative) => fileURLToPath(new URL(relative, import.meta.url))
const TURNS = Number(process.argv[2] ?? 5)
const LOADS = [
  { editors: 1, pushes: 20_000 },
  { editors: 10, pushes: 10_000 },
  { editors: 100, pushes: 2_000 },
]

await build({
  entryPoints: [path('../../lib/documents/index.ts')],
  outfile: path('../../build/bench-documents/documents.js'),
  ...{ bundle: true, format: 'esm', platform: 'node', packages: 'external', target: 'es2022' },
  tsconfig: path('../../tsconfig.build.json'),
})

const run = (script, ...args) =>
  JSON.parse(
    execFileSync('node', ['--expose-gc', path(script), ...args.map(String)], { encoding: 'utf8' }),
  )
const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)]

const rows = LOADS.map(({ editors, pushes }) => {
  const turns = Array.from({ length: TURNS }, () =>
    ['enfilade', 'tldraw', 'none'].map((name) => run('measure.js', name, editors, pushes)),
  )
  const of = (index, key) => median(turns.map((turn) => turn[index][key]))
  const ratio = median(
    turns.map(([own, other]) => own.pushesPerCpuSecond / other.pushesPerCpuSecond),
  )
  return {
    editors,
    'enfilade, pushes a CPU second': of(0, 'pushesPerCpuSecond'),
    'tldraw, pushes a CPU second': of(1, 'pushesPerCpuSecond'),
    ratio: Number(ratio.toFixed(2)),
    'enfilade, µs a delivery': Number(of(0, 'microsecondsPerDelivery').toFixed(2)),
    'tldraw, µs a delivery': Number(of(1, 'microsecondsPerDelivery').toFixed(2)),
    'enfilade, bytes': of(0, 'bytesPerPushAndEditor'),
    'tldraw, bytes': of(1, 'bytesPerPushAndEditor'),
    'the script, µs a push': Number((1e6 / of(2, 'pushesPerCpuSecond')).toFixed(1)),
  }
})
console.table(rows)
console.table([1, 10, 50].map((megabytes) => run('hydrate.js', megabytes)))
console.table([run('memory.js', 2_000)])
