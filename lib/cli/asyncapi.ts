import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { EXIT_CODES, usageError } from './cli-error.js'
import type { CliCommand } from './command.js'
import { loadApp } from './load-app.js'
import { readText } from './read-options.js'

/** `enfilade asyncapi`. */
export const asyncapi: CliCommand = {
  name: 'asyncapi',
  summary: 'Prints the AsyncAPI document of the app of a file',
  operands: ['<app>'],
  details:
    'The document is JSON, of AsyncAPI 3: enfilade asyncapi app.js > asyncapi.json\n\n' +
    'Title and version are those of the package.json of this folder, unless they are given.',
  options: {
    title: { value: 'text', help: 'Default: the name of the package' },
    'app-version': { value: 'text', help: 'Default: the version of the package' },
    server: { value: 'address', help: 'Where it is served: wss://example.com/ws' },
  },
  run: async ({ operands: [file = ''], options, io }) => {
    const own = readManifest(io.cwd)
    const title = readText(options, 'title') ?? own.name ?? 'app'
    const version = readText(options, 'app-version') ?? own.version ?? '0.0.0'
    const server = readText(options, 'server')
    const servers = server === undefined ? {} : { servers: { default: readServer(server) } }
    const app = await loadApp(file, io.cwd)
    try {
      const document = await app.asyncapi({ info: { title, version }, ...servers })
      io.out(`${JSON.stringify(document, null, 2)}\n`)
    } finally {
      await app.close()
    }
    return EXIT_CODES.OK
  },
}

/** Whatever is not there, or is no text, is left to the defaults. */
function readManifest(cwd: string): { name?: string | undefined; version?: string | undefined } {
  try {
    const manifest: unknown = JSON.parse(readFileSync(join(cwd, 'package.json'), 'utf8'))
    const { name, version } = (manifest ?? {}) as Record<string, unknown>
    return {
      name: typeof name === 'string' ? name : undefined,
      version: typeof version === 'string' ? version : undefined,
    }
  } catch {
    return {}
  }
}

function readServer(address: string) {
  const isFine = URL.canParse(address) && /^wss?:$/.test(new URL(address).protocol)
  if (!isFine) throw usageError(`--server is "${address}", but has to be such as wss://example.com`)
  const { host, protocol, pathname } = new URL(address)
  return {
    host,
    protocol: protocol === 'ws:' ? ('ws' as const) : ('wss' as const),
    ...(pathname !== '/' && { pathname }),
  }
}
