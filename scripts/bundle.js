// Bundles lib/ into dist/: one file for each entry of `exports` and `bin` in package.json, and shared chunks, so
// that what two entries use exists once. Node takes half a millisecond for every file it imports: the
// hundred and fifty of lib/ one by one were half of the start-up. Types come from tsc.
import { build } from 'esbuild'
import { copyFileSync, existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const { bin, exports } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'))

/** `./dist/redis/index.js` is made from `lib/redis/index.ts`. */
const sourceOf = (target) => {
  const path = target.replace('./dist/', 'lib/').replace(/\.js$/, '')
  return existsSync(`${root}${path}.tsx`) ? `${path}.tsx` : `${path}.ts`
}

const targets = [
  ...Object.values(exports).flatMap((entry) => entry.default ?? []),
  ...Object.values(bin),
]

await build({
  absWorkingDir: root,
  entryPoints: targets.map(sourceOf),
  outdir: 'dist',
  outbase: 'lib',
  bundle: true,
  splitting: true,
  chunkNames: 'chunks/[hash]',
  packages: 'external',
  platform: 'node',
  format: 'esm',
  target: 'es2022',
  tsconfig: 'tsconfig.build.json',
  // Stack traces point into lib/ with `node --enable-source-maps`; the sources are in the maps.
  sourcemap: true,
  logLevel: 'warning',
})

// The inspector's page: what its server hands out as it is.
const page = { from: 'lib/inspector/page', to: 'dist/inspector/page' }
await build({
  absWorkingDir: root,
  entryPoints: [`${page.from}/app.ts`],
  outdir: page.to,
  bundle: true,
  minify: true,
  platform: 'browser',
  format: 'esm',
  target: 'es2022',
  logLevel: 'warning',
})
for (const file of ['index.html', 'style.css']) {
  copyFileSync(`${root}${page.from}/${file}`, `${root}${page.to}/${file}`)
}
