import { readFileSync } from 'node:fs'
import type { Target } from '../load/generator.js'
import type { WireName } from '../load/wire-name.js'
import { WIRES } from '../load/wires.js'
import type { Scenario, WireMessage } from './scenario.js'

const COUNTS = { variants: 1, senders: 1, depth: 16, members: 0 }

/**
 * Reads a scenario for an app of one's own; what is left out has a default.
 *
 * @throws Error that says what is wrong with it
 */
export function readScenario(file: string): Scenario & { wire: WireName } {
  return parseScenario(readFileSync(file, 'utf8'), file)
}

/** The same of the text itself. */
export function parseScenario(text: string, file: string): Scenario & { wire: WireName } {
  const given = parse(text, file)
  const wrong = (what: string): Error => new Error(`${file}: ${what}`)
  if (typeof given !== 'object' || given === null) throw wrong('it must hold an object')
  const scenario = { name: file, wire: 'json', ...COUNTS, ...given } as Record<string, unknown>
  for (const name of ['message', 'join', 'enter']) {
    if (name in scenario || name === 'message') {
      if (!isMessage(scenario[name])) throw wrong(`${name} must be { event, path, data? }`)
    }
  }
  for (const [name, least] of Object.entries({ variants: 1, senders: 1, depth: 1, members: 0 })) {
    if (!isCount(scenario[name], least)) throw wrong(`${name} must be an integer from ${least}`)
  }
  const fault = sharingFault(scenario)
  if (fault !== undefined) throw wrong(fault)
  if (!Object.hasOwn(WIRES, String(scenario.wire))) {
    throw wrong(`wire must be one of ${Object.keys(WIRES).join(', ')}`)
  }
  return scenario as unknown as Scenario & { wire: WireName }
}

/** @throws Error when the address is none that the load generator can connect to */
export function readTarget(address: string, wire: WireName): Target {
  const { protocol, hostname, port, pathname, search } = new URL(address)
  if (protocol !== 'ws:') throw new Error(`${address}: only ws:// can be measured`)
  const path = `${pathname}${search}`
  return {
    ...{ host: hostname, port: Number(port === '' ? 80 : port), wire },
    ...(path === '/' ? {} : { path }),
  }
}

function parse(text: string, file: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new Error(`${file} is not JSON`, { cause: error })
  }
}

/** What is wrong with how senders share a room. */
function sharingFault(scenario: Record<string, unknown>): string | undefined {
  const { shared, rate, members, presence } = scenario
  if (presence !== undefined) return 'presence is for the scenarios of the harness'
  if (shared !== undefined && typeof shared !== 'boolean') return 'shared must be true or false'
  if (shared === true && members === 0) return 'shared needs members'
  if (rate === undefined) return undefined
  if (shared !== true) return 'rate needs shared'
  return isCount(rate, 1) ? undefined : 'rate must be an integer from 1'
}

function isMessage(value: unknown): value is WireMessage {
  if (typeof value !== 'object' || value === null) return false
  const { event, path } = value as Record<string, unknown>
  return typeof event === 'string' && typeof path === 'string'
}

function isCount(value: unknown, least: number): boolean {
  return typeof value === 'number' && Number.isInteger(value) && value >= least
}
