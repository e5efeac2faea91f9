import { showValue } from '../errors/show-value.js'
import type { LimitOptions } from './options.js'

type Given = Readonly<Record<string, unknown>>
type Report = (name: string, fault: string) => void

/** The range of a whole number; the units are those of the option. */
interface Range {
  readonly min: number
  readonly max: number
  /** Whether `Infinity` stands for no limit. */
  readonly infinite?: boolean
  /** Whether 0 stands for off, though it is below the range. */
  readonly zero?: boolean
}

/** uWebSockets.js keeps lengths in 32 bits; half of that is more than a socket should be sent. */
const MAX_BYTES = 2 ** 30

const RANGES: Partial<Record<keyof LimitOptions, Range>> = {
  maxPayload: { min: 1, max: MAX_BYTES },
  // class-validator and class-transformer call themselves for each level, on a stack that ends
  // somewhere below 1,000 of them.
  maxDepth: { min: 1, max: 256 },
  // uWebSockets.js aborts the process for 1 to 7 and for more than 960.
  idleTimeout: { min: 8, max: 960, zero: true },
  maxLifetime: { min: 1, max: Number.MAX_SAFE_INTEGER },
  authorizeTimeout: { min: 1, max: 3600 },
  // What a timer of Node can wait for.
  handlerTimeout: { min: 1, max: 2 ** 31 - 1 },
  maxConnectionsPerIp: { min: 1, max: Number.MAX_SAFE_INTEGER, infinite: true },
  maxRoomsPerConnection: { min: 0, max: Number.MAX_SAFE_INTEGER, infinite: true },
  maxInFlight: { min: 1, max: Number.MAX_SAFE_INTEGER, infinite: true },
}

/** Checks the limits among the options. */
export function checkLimits(options: Given, report: Report): void {
  for (const [name, range] of Object.entries(RANGES)) {
    const value = options[name]
    if (value !== undefined) checkRange(name, value, range, report)
  }
  const { compression } = options
  checkCompression(compression, report)
  checkBackpressure(options.backpressure, report)
  for (const name of ['rateLimit', 'rateLimitPerIp']) checkRateLimit(name, options[name], report)
}

function checkRange(name: string, value: unknown, range: Range, report: Report): void {
  const { min, max, infinite = false, zero = false } = range
  const isFine =
    (typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max) ||
    (infinite && value === Infinity) ||
    (zero && value === 0)
  if (isFine) return
  const extra = (zero ? ', or 0 for none' : '') + (infinite ? ', or Infinity for none' : '')
  const upper = max === Number.MAX_SAFE_INTEGER ? ` of at least ${min}` : ` from ${min} to ${max}`
  report(name, `must be a whole number${upper}${extra}, got ${showValue(value)}`)
}

function isGiven(value: unknown): value is Given {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function checkNames(option: string, value: Given, names: readonly string[], report: Report): void {
  for (const name of Object.keys(value)) {
    if (names.includes(name)) continue
    report(`${option}.${name}`, `is no option; there are ${names.join(', ')}`)
  }
}

const POLICIES: readonly unknown[] = ['close', 'drop', 'latest']

function checkBackpressure(value: unknown, report: Report): void {
  if (value === undefined) return
  if (!isGiven(value)) {
    report('backpressure', `must be { limit, policy }, got ${showValue(value)}`)
    return
  }
  checkNames('backpressure', value, ['limit', 'policy'], report)
  const { limit, policy } = value
  if (limit !== undefined)
    checkRange('backpressure.limit', limit, { min: 1024, max: MAX_BYTES }, report)
  if (policy !== undefined && !POLICIES.includes(policy)) {
    report('backpressure.policy', `must be 'close', 'drop' or 'latest', got ${showValue(policy)}`)
  }
}

function checkCompression(value: unknown, report: Report): void {
  if (value === undefined || typeof value === 'boolean') return
  if (!isGiven(value)) {
    report('compression', `must be true, false or { threshold }, got ${showValue(value)}`)
    return
  }
  checkNames('compression', value, ['threshold'], report)
  const { threshold } = value
  if (threshold === undefined) return
  checkRange('compression.threshold', threshold, { min: 1, max: MAX_BYTES }, report)
}

function checkRateLimit(name: string, value: unknown, report: Report): void {
  if (value === undefined || value === false) return
  if (!isGiven(value)) {
    report(name, `must be false or { perSecond, burst }, got ${showValue(value)}`)
    return
  }
  checkNames(name, value, ['perSecond', 'burst'], report)
  const { perSecond, burst } = value
  if (typeof perSecond !== 'number' || !(perSecond > 0 && perSecond < Infinity)) {
    report(`${name}.perSecond`, `must be a number above 0, got ${showValue(perSecond)}`)
  }
  checkRange(`${name}.burst`, burst, { min: 1, max: Number.MAX_SAFE_INTEGER }, report)
}
