import { describe, expect, it } from '@jest/globals'
import { codeBlocks, readPage, readPages, type CodeBlock } from '../support/docs.js'
import { createProgram, findingsOf, publicNames } from '../support/type-check.js'

/** What snippets take for granted: the reader can guess it, and a declaration would be in the way. */
const GIVEN = `
import type { Channel, WsApp } from 'enfilade'
import type { WsClient } from 'enfilade/client'
import type {} from 'enfilade/client/documents'
import type {} from 'enfilade/documents'
import type {} from 'enfilade/inspector'
import type {} from 'enfilade/metrics'
import type {} from 'enfilade/msgpack'
import type {} from 'enfilade/nats'
import type {} from 'enfilade/opentelemetry'
import type {} from 'enfilade/jwt'
import type {} from 'enfilade/react'
import type {} from 'enfilade/redis'
import type {} from 'enfilade/testing'
declare global {
  const app: WsApp
  const client: WsClient
  const chat: Channel<'/chat/:room', {
    calls: { say(data: { text: string }): { at: number } }
    pushes: { said: { text: string; at: number } }
    presence: { name: string; typing: boolean }
  }>
  function fetchToken(): Promise<string>
  class ChatController {}
  class Archive {
    recent(room: string): string[]
    append(room: string, text: string): { at: number }
  }
  class Say { text: string }
  interface User { id: string; name: string; isAdmin: boolean }
  function verify(token: string | undefined): Promise<User | undefined>
}
`

const pages = readPages()
const blocks = pages.flatMap(codeBlocks)
const checked = blocks.filter(({ info }) => info === 'ts' || info === 'tsx')
const tsconfig = readTsconfig()

/** `docs/rooms.md` line 12 becomes a module beside the page, so that it is one of this package. */
function pathOf({ page, line, info }: CodeBlock): string {
  return page.replace('.md', `-${line}.${info}`)
}

/** The README's own: the one a newcomer copies. */
function readTsconfig(): { compilerOptions: Record<string, unknown> } {
  const [block] = codeBlocks(readPage('README.md')).filter(({ info }) => info === 'json')
  return JSON.parse(block?.code ?? '') as { compilerOptions: Record<string, unknown> }
}

/** Snippets after the first of a page leave imports of known names out: they are put in front. */
function complete(code: string, names: Readonly<Record<string, string>>): string {
  const words = new Set(code.match(/\b[A-Za-z_]\w*\b/g))
  const own = [...code.matchAll(/\b(?:class|interface|type|const|function) (\w+)/g)]
  const known = new Set([...importedNames(code), ...own.map(([, name]) => name)])
  const imports = Object.entries(names)
    .filter(([name]) => words.has(name) && !known.has(name))
    .map(([name, module]) => `import { ${name} } from '${module}';`)
  // In one line, so that a finding names the right one.
  return `${imports.join(' ')} export {}; ${code}`
}

function importedNames(code: string): string[] {
  const lists = [...code.matchAll(/import (?:type )?\{([^}]*)\} from/g)]
  return lists.flatMap(([, list = '']) => list.split(',').map((name) => name.trim()))
}

const { compilerOptions: flags } = tsconfig
const withJsx = { ...flags, jsx: 'react-jsx' }
const given = createProgram({ 'docs/given.ts': GIVEN }, withJsx)
const ofServer = publicNames(given)
const ofClient = publicNames(given, 'lib/client/index.ts')
const ofReact = publicNames(given, 'lib/react/index.ts')
const ofBrokers = ['nats', 'redis'].flatMap((broker) =>
  publicNames(given, `lib/transports/${broker}/index.ts`).map((each) => ({ ...each, broker })),
)
const ofDocuments = ['documents', 'client/documents'].flatMap((folder) =>
  publicNames(given, `lib/${folder}/index.ts`),
)
const ofMonitoring = ['inspector', 'metrics', 'opentelemetry'].flatMap((folder) =>
  publicNames(given, `lib/${folder}/index.ts`),
)
const ofJwt = publicNames(given, 'lib/jwt/index.ts')
const ofTesting = publicNames(given, 'lib/testing/index.ts')
const exported = [
  ...[...ofServer, ...ofClient, ...ofReact, ...ofJwt, ...ofTesting],
  ...[...ofBrokers, ...ofDocuments, ...ofMonitoring],
]
const names = Object.fromEntries([
  ...ofReact.map(({ name }) => [name, 'enfilade/react']),
  ...ofJwt.map(({ name }) => [name, 'enfilade/jwt']),
  ...ofTesting.map(({ name }) => [name, 'enfilade/testing']),
  ...ofBrokers.map(({ name, broker }) => [name, `enfilade/${broker}`]),
  ...publicNames(given, 'lib/msgpack/index.ts').map(({ name }) => [name, 'enfilade/msgpack']),
  ...ofClient.map(({ name }) => [name, 'enfilade/client']),
  ...ofServer.map(({ name }) => [name, 'enfilade']),
  ...['IsBoolean', 'IsNumber', 'IsString', 'Length'].map((name) => [name, 'class-validator']),
]) as Record<string, string>
const program = createProgram(
  {
    'docs/given.ts': GIVEN,
    ...Object.fromEntries(checked.map((block) => [pathOf(block), complete(block.code, names)])),
  },
  withJsx,
)

describe('the code blocks of README and docs/', () => {
  it('are many', () => {
    expect(checked.length).toBeGreaterThan(40)
  })

  it.each(checked.map((block) => [`${block.page}:${block.line}`, block] as const))(
    '%s compiles with the flags of the README',
    (_place, block) => {
      expect(findingsOf(program, pathOf(block))).toEqual([])
    },
  )

  it('are of other libraries only where those are compared', () => {
    const foreign = blocks.filter(({ info }) => info === 'ts foreign')
    expect(foreign.filter(({ page }) => !page.startsWith('docs/from-'))).toEqual([])
  })

  it('name their language, but for texts', () => {
    const known = new Set([
      '',
      'ts',
      'ts foreign',
      'mermaid',
      'tsx',
      'js',
      'json',
      'sh',
      'nginx',
      'yaml',
      'ini',
      'dockerfile',
      'elixir',
    ])
    expect(blocks.filter(({ info }) => !known.has(info))).toEqual([])
  })

  it('of JSON can be read', () => {
    for (const { code } of blocks.filter(({ info }) => info === 'json')) JSON.parse(code)
  })
})

describe('the public names', () => {
  const words = new Set(pages.flatMap((page) => page.text.match(/\b\w+\b/g)))

  it.each(exported)('$name has a doc comment and stands in the docs', ({ name, comment }) => {
    expect(comment).not.toBe('')
    expect(words.has(name)).toBe(true)
  })
})

it('the flags for decorators in the README are those that everything here is tested with', () => {
  expect(flags).toMatchObject({ experimentalDecorators: true, emitDecoratorMetadata: true })
  const own = JSON.parse(stripComments(readPage('tsconfig.json').text)) as typeof tsconfig
  for (const flag of ['target', 'module', 'types', 'strict', 'experimentalDecorators']) {
    expect(flags[flag]).toEqual(own.compilerOptions[flag])
  }
  expect(flags.emitDecoratorMetadata).toBe(own.compilerOptions.emitDecoratorMetadata)
})

function stripComments(json: string): string {
  return json.replace(/^\s*\/\/.*$/gm, '')
}
