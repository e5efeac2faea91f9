import { randomUUID } from 'node:crypto'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import ts from 'typescript'

/** Folder of the repository. */
export const repository = fileURLToPath(new URL('../..', import.meta.url))

const outFolder = join(repository, 'build', 'spec-fixtures')

/**
 * Compiles a TypeScript module, and the TypeScript modules it imports by relative path, for a child
 * process: decorators with their metadata, no type check. Returns the path of the JavaScript file.
 *
 * The output lies inside the repository, so that `import … from 'enfilade'` finds the built package
 * (`dist/`, from `npm run build`) by self-reference.
 */
export async function compileFixture(file: string): Promise<string> {
  const source = resolve(repository, file)
  await compileWithImports(source, new Set())
  return outFile(source)
}

/**
 * Compiles a TypeScript module into one file with all it imports by relative path: it starts sooner,
 * where many processes run it. Returns the path of the JavaScript file.
 */
export async function bundleFixture(file: string): Promise<string> {
  const path = outFile(resolve(repository, file)).replace(/\.js$/, '.bundle.js')
  const { outputFiles } = await build({
    entryPoints: [resolve(repository, file)],
    ...{ bundle: true, format: 'esm', platform: 'node', packages: 'external', target: 'es2022' },
    tsconfig: join(repository, 'tsconfig.build.json'),
    write: false,
  })
  await writeChanged(path, outputFiles[0]?.text ?? '')
  return path
}

async function compileWithImports(source: string, done: Set<string>): Promise<void> {
  if (done.has(source)) return
  done.add(source)
  const text = await readFile(source, 'utf8')
  await writeChanged(outFile(source), transpile(source, text))
  const imports = ts.preProcessFile(text).importedFiles.map(({ fileName }) => fileName)
  const own = imports.filter((name) => name.startsWith('.') && name.endsWith('.js'))
  for (const name of own) {
    const imported = resolve(dirname(source), name.replace(/\.js$/, '.ts'))
    if (ts.sys.fileExists(imported)) await compileWithImports(imported, done)
  }
}

function transpile(fileName: string, text: string): string {
  return ts.transpileModule(text, {
    fileName,
    compilerOptions: {
      target: ts.ScriptTarget.ES2022,
      module: ts.ModuleKind.ESNext,
      experimentalDecorators: true,
      emitDecoratorMetadata: true,
      inlineSourceMap: true,
      inlineSources: true,
    },
  }).outputText
}

/** Other test workers may run the same file right now: it is replaced whole, and only if it has to. */
async function writeChanged(path: string, text: string): Promise<void> {
  const present = await readFile(path, 'utf8').catch(() => undefined)
  if (present === text) return
  await mkdir(dirname(path), { recursive: true })
  const draft = `${path}.${randomUUID()}`
  await writeFile(draft, text)
  await rename(draft, path)
}

function outFile(source: string): string {
  return join(outFolder, relative(repository, source)).replace(/\.ts$/, '.js')
}
