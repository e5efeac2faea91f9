import { showValue } from '../errors/show-value.js'

/** Signals that no process can hear. */
const DEAF: readonly string[] = ['SIGKILL', 'SIGSTOP']

/**
 * Checks the option `signals`.
 *
 * @returns what is wrong, or `undefined`
 */
export function checkSignals(value: unknown): string | undefined {
  if (typeof value === 'boolean') return undefined
  if (!isRecord(value)) return 'must be true, false, or { drain, delay, signals }'
  const { signals } = value
  const unknown = faultOfNames(value, ['drain', 'delay', 'signals'])
  if (unknown !== undefined) return unknown
  for (const name of ['drain', 'delay'] as const) {
    if (value[name] !== undefined && !isSeconds(value[name])) {
      return `${name} must be seconds, 0 or more, got ${showValue(value[name])}`
    }
  }
  if (signals === undefined) return undefined
  if (!Array.isArray(signals) || signals.length === 0) return 'signals must be a list of names'
  const { constants } = process.getBuiltinModule('node:os')
  const wrong: unknown = signals.find(
    (name) => !Object.hasOwn(constants.signals, String(name)) || DEAF.includes(String(name)),
  )
  return wrong === undefined ? undefined : `${showValue(wrong)} is no signal that can be heard`
}

/**
 * Checks the option `health`.
 *
 * @returns what is wrong, or `undefined`
 */
export function checkHealth(value: unknown): string | undefined {
  if (typeof value === 'boolean') return undefined
  if (!isRecord(value)) return 'must be true, false, or { live, ready, workers }'
  const unknown = faultOfNames(value, ['live', 'ready', 'workers'])
  if (unknown !== undefined) return unknown
  for (const [name, path] of Object.entries(value)) {
    if (path === undefined) continue
    if (typeof path !== 'string' || !path.startsWith('/')) {
      return `${name} must be a path such as "/healthz", got ${showValue(path)}`
    }
  }
  const { live = '/livez', ready = '/readyz', workers } = value
  const paths = [live, ready, workers].filter((path) => path !== undefined)
  const twice = paths.find((path, index) => paths.indexOf(path) !== index)
  return twice === undefined
    ? undefined
    : `live, ready and workers must differ, got ${showValue(twice)} twice`
}

/** More are a mistake, which would take the machine with it. */
const MAX_WORKERS = 1_024

/**
 * Checks the option `cluster`.
 *
 * @returns what is wrong, or `undefined`
 */
export function checkCluster(value: unknown): string | undefined {
  if (!isRecord(value)) return 'must be { workers }'
  const unknown = faultOfNames(value, ['workers', 'startTimeout'])
  if (unknown !== undefined) return unknown
  const { workers, startTimeout = 1 } = value
  const isCount =
    Number.isInteger(workers) && Number(workers) >= 1 && Number(workers) <= MAX_WORKERS
  if (!isCount && workers !== 'auto') {
    return `workers must be a whole number from 1 to ${MAX_WORKERS}, or 'auto', got ${showValue(workers)}`
  }
  return isSeconds(startTimeout) && startTimeout > 0
    ? undefined
    : `startTimeout must be seconds, more than 0, got ${showValue(startTimeout)}`
}

/** Whether a value is a length of time that can be waited for. */
export function isSeconds(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function faultOfNames(value: object, names: readonly string[]): string | undefined {
  const unknown = Object.keys(value).find((name) => !names.includes(name))
  return unknown === undefined
    ? undefined
    : `${unknown} is no part of it; there are ${names.join(', ')}`
}
