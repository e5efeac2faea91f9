import type { Problems } from '../errors/problems.js'
import { showValue } from '../errors/show-value.js'
import { nearest } from '../errors/nearest.js'
import { faultOfWindow } from '../rooms/broadcast-window.js'
import { checkCodecs } from './check-codecs.js'
import { checkCluster, checkHealth, checkSignals } from './check-lifecycle.js'
import { checkLimits } from './check-limits.js'
import { checkTls } from './check-tls.js'
import { DEFAULT_LIMITS } from './defaults.js'
import type { WsAppOptions } from './options.js'

type Given = Readonly<Record<string, unknown>>

/** What an option must be; returns what is wrong, or `undefined`. */
type Check = (value: unknown) => string | undefined

const isObject = (value: unknown): value is Given => typeof value === 'object' && value !== null

const isFunction: Check = (value) =>
  typeof value === 'function' ? undefined : 'must be a function'

const isTrustProxy: Check = (value) =>
  typeof value === 'boolean' ||
  (typeof value === 'number' && Number.isInteger(value) && value >= 0) ||
  isStrings(value)
    ? undefined
    : 'must be true, false, a number of proxies, or a list of addresses'

const CHECKS: Record<Exclude<keyof WsAppOptions, keyof typeof DEFAULT_LIMITS>, Check> = {
  controllers: (value) => (Array.isArray(value) ? undefined : 'must be a list of classes'),
  container: (value) =>
    isObject(value) && hasMethods(value, ['resolve', 'createChildContainer'])
      ? undefined
      : 'must be a tsyringe container',
  broadcastTransport: checkTransport,
  upgradePath: (value) =>
    typeof value === 'string' && value.startsWith('/') ? undefined : 'must be a path such as "/ws"',
  authorize: isFunction,
  userId: isFunction,
  awaitToken: (value) => (typeof value === 'boolean' ? undefined : 'must be true or false'),
  refuse: (value) =>
    value === 'close' || value === 'http' ? undefined : "must be 'close' or 'http'",
  origins: checkOrigins,
  trustProxy: isTrustProxy,
  use: (value) => (Array.isArray(value) ? undefined : 'must be a list of middleware'),
  broadcastWindow: faultOfWindow,
  codec: (value) =>
    isObject(value) && hasMethods(value, ['decode', 'encode'])
      ? undefined
      : 'must have decode and encode',
  codecs: checkCodecs,
  logger: (value) =>
    value === false || (isObject(value) && hasMethods(value, ['debug', 'info', 'warn', 'error']))
      ? undefined
      : 'must be false, or have debug, info, warn and error',
  tls: checkTls,
  signals: checkSignals,
  health: checkHealth,
  cluster: checkCluster,
  history: (value) =>
    isObject(value) && hasMethods(value, ['append', 'read', 'restart', 'subscribe', 'unsubscribe'])
      ? undefined
      : 'must be a history such as RedisHistory',
  recovery: (value) =>
    typeof value === 'boolean' || isRecovery(value)
      ? undefined
      : 'must be true, false, or { window, sessions }: whole seconds from 1 to 86400, and a session store',
}

function isRecovery(value: unknown): boolean {
  if (!isObject(value)) return false
  const { window = 1, sessions, ...others } = value
  if (Object.keys(others).length > 0 || (sessions !== undefined && !isSessions(sessions)))
    return false
  return Number.isInteger(window) && Number(window) >= 1 && Number(window) <= 86_400
}

function isSessions(value: unknown): boolean {
  return isObject(value) && hasMethods(value, ['save', 'renew', 'claim', 'remove', 'onClaimed'])
}

/** Checks every option before uWebSockets.js sees it, which answers a wrong one by an abort. */
export function checkOptions(options: unknown, problems: Problems): options is WsAppOptions {
  if (!isObject(options) || Array.isArray(options)) {
    problems.add('createWsApp', 'needs an object of options', 'createWsApp({ controllers: [...] })')
    return false
  }
  const report = (name: string, fault: string): void =>
    problems.add(`createWsApp.${name}`, fault, mendOf(name))
  if (options.controllers === undefined) report('controllers', 'is missing')
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined || Object.hasOwn(DEFAULT_LIMITS, name)) continue
    if (!Object.hasOwn(CHECKS, name)) {
      problems.add(`createWsApp.${name}`, 'is no option', mendUnknown(name))
      continue
    }
    const fault = CHECKS[name as keyof typeof CHECKS](value)
    if (fault === undefined) continue
    report(name, fault.startsWith('must ') ? `${fault}, got ${showValue(value)}` : fault)
  }
  checkLimits(options, (name, fault) => report(name, fault))
  return true
}

function mendOf(name: string): string {
  return name === 'controllers'
    ? 'list the controller classes: controllers: [ChatController]'
    : 'see the table of options in docs/options.md'
}

function mendUnknown(name: string): string {
  if (name === 'port' || name === 'host') return 'give it to listen: app.listen(port, host)'
  const known = [...Object.keys(CHECKS), ...Object.keys(DEFAULT_LIMITS)].sort()
  const meant = nearest(name, known, 2)
  return meant === undefined ? `the options are ${known.join(', ')}` : `did you mean ${meant}?`
}

function checkTransport(value: unknown): string | undefined {
  const isToken = ['string', 'symbol', 'function'].includes(typeof value)
  if (isToken || (isObject(value) && 'wrap' in value)) return undefined
  return isObject(value) && hasMethods(value, ['publish', 'subscribe', 'unsubscribe'])
    ? undefined
    : 'must be an injection token, or have publish, subscribe and unsubscribe'
}

function checkOrigins(value: unknown): string | undefined {
  if (value === '*') return undefined
  if (!isStrings(value)) return "must be '*' or a list of origins"
  const wrong = value.find((origin) => origin !== 'null' && !isOrigin(origin))
  return wrong === undefined ? undefined : `"${wrong}" is no origin such as https://example.com`
}

function isOrigin(text: string): boolean {
  // A `*` would be taken for a part of the name, and match no host.
  if (text.includes('*') || !URL.canParse(text)) return false
  return new URL(text).origin === text.toLowerCase()
}

function isStrings(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string')
}

function hasMethods(value: Given, names: readonly string[]): boolean {
  return names.every((name) => typeof value[name] === 'function')
}
