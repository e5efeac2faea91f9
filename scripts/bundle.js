// Bundles lib/ into dist/: one file for each entry of `exports` and `bin` in package.json, and shared chunks, so
// that what two entries use exists once. Node takes half a millisecond for every file it imports: the
// hundred and fifty of lib/ one by one were half of the start-up. Types come from tsc.
import { build } from 'esbuild'
import { copyFileSync, existsSync, readFileSync } from 'node:fs'
import { dirname, relative } from 'node:path'
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

const sources = targets.map(sourceOf)

/** What may be loaded where there is no server: a browser, or the client in Node. */
const WITHOUT_SERVER = /^lib\/(client|react|msgpack)\//
/** Loaded when they are needed, and only by what the server is made of. */
const LATER = ['lib/asyncapi/serve-asyncapi.ts', 'lib/workers/supervision.ts']

/**
 * What two entries share becomes a chunk, and what another three share another one: dozens. So all that
 * belongs to a server imports the main entry, and what that is made of stays in one file.
 */
const withMain = {
  name: 'with the main entry',
  setup({ onLoad }) {
    const owners = [...sources, ...LATER].filter((source) => !WITHOUT_SERVER.test(source))
    for (const source of owners.filter((one) => one !== 'lib/index.ts')) {
      const path = `${root}${source}`
      onLoad({ filter: new RegExp(`^${path.replaceAll('.', '\\.')}$`) }, () => {
        const main = relative(dirname(path), `${root}lib/index.ts`)
        const contents = `${readFileSync(path, 'utf8')}\nimport './${main}'\n`
        return { contents, loader: 'ts', resolveDir: dirname(path) }
      })
    }
  },
}

await build({
  absWorkingDir: root,
  entryPoints: sources,
  plugins: [withMain],
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
  // Half a megabyte is a fifth of the time until a server listens: what nobody reads but V8 is left out,
  // names are not. Lines stay short enough to set a breakpoint in.
  ...{ minifyWhitespace: true, minifySyntax: true, lineLimit: 160 },
  // Stack traces point into lib/ with `node --enable-source-maps`; the sources are in the maps.
  sourcemap: true,
  logLevel: 'warning',
})

// The inspector's page: what its server hands out as it is.
const page = { from: 'lib/inspector/page', to: 'dist/inspector/page' }
await build({
  absWorkingDir: root,
  entryPoints: [`${page.from}/app.ts`, `${page.from}/style.css`],
  outdir: page.to,
  bundle: true,
  minify: true,
  platform: 'browser',
  format: 'esm',
  target: 'es2022',
  logLevel: 'warning',
})
copyFileSync(`${root}${page.from}/index.html`, `${root}${page.to}/index.html`)
