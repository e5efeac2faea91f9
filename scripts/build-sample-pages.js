// Builds the page of a sample into build/samples: `public/` as it is, `page/app.ts` and
// `page/style.css` as one file each beside it, and whatever has a vite.config.ts by Vite.
import { build as bundle } from 'esbuild'
import { cpSync, existsSync, readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const samples = new URL('../samples/', import.meta.url)
const build = new URL('../build/samples/', import.meta.url)

/** Builds the page of one sample, if it has any. */
export async function buildSamplePage(name) {
  const source = new URL(`${name}/`, samples)
  const target = new URL(`${name}/public/`, build)
  if (existsSync(new URL('public/', source))) {
    cpSync(new URL('public/', source), target, { recursive: true })
  }
  const page = ['page/app.ts', 'page/style.css'].filter((file) => existsSync(new URL(file, source)))
  if (page.includes('page/app.ts')) await bundlePage(source, target, page)
  if (existsSync(new URL('vite.config.ts', source))) await buildByVite(source)
}

/** `enfilade/client` is found as users find it: by `exports` in package.json. */
async function bundlePage(source, target, files) {
  await bundle({
    entryPoints: files.map((file) => fileURLToPath(new URL(file, source))),
    outdir: fileURLToPath(target),
    bundle: true,
    format: 'esm',
    target: 'es2022',
    minify: true,
    sourcemap: true,
    logLevel: 'warning',
  })
}

/** Loaded for the samples that need it only. */
async function buildByVite(source) {
  const { build: buildPage } = await import('vite')
  await buildPage({ root: fileURLToPath(source), logLevel: 'warn' })
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const entry of readdirSync(samples, { withFileTypes: true })) {
    if (entry.isDirectory()) await buildSamplePage(entry.name)
  }
}
