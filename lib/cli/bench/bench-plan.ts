import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import type { LoadMessage } from '../../load/wire.js'
import { usageError } from '../cli-error.js'
import type { CliCall } from '../command.js'
import { readNumber, readText } from '../read-options.js'

/** What is sent, and how. */
export interface BenchPlan {
  /** Sent again and again by every connection; `{n}` stands for the number of the connection. */
  readonly message: LoadMessage
  /** What each connection sends first. */
  readonly join: LoadMessage | undefined
  readonly connections: number
  /** Messages of one connection that are under way at once. */
  readonly depth: number
  readonly seconds: number
  /** Sent with the upgrade. */
  readonly headers: Readonly<Record<string, string>>
}

const COUNT = { min: 1, max: 10_000, isWhole: true }
const DEPTH = { min: 1, max: 1_024, isWhole: true }
const SECONDS = { min: 0.1, max: 3_600 }

/** Defaults: enough connections that a server is never idle, and each as a user would be. */
const DEFAULTS = { connections: 50, depth: 1, seconds: 5 }

/** @throws CliError that says which option is wrong */
export function readPlan({ options, io }: Pick<CliCall, 'options' | 'io'>): BenchPlan {
  const route = readText(options, 'route')
  if (route === undefined) {
    throw usageError(
      '--route says what is sent: --route "say /chat/general"; enfilade routes lists what there is',
    )
  }
  const join = readText(options, 'join')
  const header = readText(options, 'header')
  return {
    message: { ...readRoute(route, '--route'), ...readData(options, io.cwd) },
    join: join === undefined ? undefined : readRoute(join, '--join'),
    connections: readNumber(options, 'connections', COUNT) ?? DEFAULTS.connections,
    depth: readNumber(options, 'depth', DEPTH) ?? DEFAULTS.depth,
    seconds: readNumber(options, 'seconds', SECONDS) ?? DEFAULTS.seconds,
    headers: header === undefined ? {} : readHeader(header),
  }
}

/** As `@OnMessage` has it: an event and a path, or a path alone. */
function readRoute(text: string, option: string): LoadMessage {
  const [, event = 'message', path] = /^(?:(\S+)\s+)?(\/\S*)$/.exec(text.trim()) ?? []
  if (path !== undefined) return { event, path }
  throw usageError(
    `${option} is "${text}", but has to be an event and a path: ${option} "say /chat/general"`,
  )
}

function readData(options: CliCall['options'], cwd: string): { data?: unknown } {
  const given = readText(options, 'data')
  if (given === undefined) return {}
  const text = given.startsWith('@') ? readFile(resolve(cwd, given.slice(1))) : given
  try {
    return { data: JSON.parse(text) as unknown }
  } catch (error) {
    throw usageError(`--data is no JSON: ${(error as Error).message}`)
  }
}

function readFile(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    throw usageError(`--data cannot be read: ${(error as Error).message}`)
  }
}

function readHeader(text: string): Record<string, string> {
  const [, name, value] = /^([\w-]+):\s*([^\r\n]*)$/.exec(text) ?? []
  if (name !== undefined && value !== undefined) return { [name]: value }
  throw usageError(`--header is "${text}", but has to be such as "cookie: session=1"`)
}

/** A message of one connection. */
export function messageOf(message: LoadMessage, n: number): LoadMessage {
  return JSON.parse(JSON.stringify(message).replaceAll('{n}', String(n))) as LoadMessage
}
