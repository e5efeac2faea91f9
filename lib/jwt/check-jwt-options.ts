import { nearest } from '../errors/nearest.js'
import type { Problems } from '../errors/problems.js'
import { showValue } from '../errors/show-value.js'
import { JWT_ALGORITHMS } from './jwt-algorithms.js'
import type { JwtAuthorizeOptions } from './jwt-options.js'

type Given = Readonly<Record<string, unknown>>

/** What an option must be; returns what is wrong, or `undefined`. */
type Check = (value: unknown) => string | undefined

const isObject = (value: unknown): value is Given => typeof value === 'object' && value !== null

const isText = (value: unknown): value is string => typeof value === 'string' && value !== ''

const isList = (value: unknown, isPart: (part: unknown) => boolean): boolean =>
  Array.isArray(value) && value.length > 0 && value.every(isPart)

const namesParty: Check = (value) =>
  value === false || isText(value) || isList(value, isText)
    ? undefined
    : 'must be a text, a list of texts, or false'

const seconds =
  (min: number, max: number): Check =>
  (value) =>
    typeof value === 'number' && value >= min && value <= max
      ? undefined
      : `must be seconds, ${min} to ${max}`

const isSource = (value: unknown): boolean => {
  if (value === 'header' || value === 'subprotocol') return true
  if (!isObject(value)) return false
  const [[kind, name] = [], ...others] = Object.entries(value)
  return (kind === 'cookie' || kind === 'query') && isText(name) && others.length === 0
}

const isJwksUrl = (value: unknown): boolean =>
  value instanceof URL || (isText(value) && URL.canParse(value))

const JWKS_PARTS: Readonly<Record<string, Check>> = {
  url: (value) => (isJwksUrl(value) ? undefined : 'must be a URL'),
  // No day of keys that may have been taken back: a fetch now and then costs nothing.
  cacheMaxAge: seconds(0, 86_400),
  cooldown: seconds(0, 86_400),
  timeout: seconds(0.001, 60),
  headers: (value) =>
    isObject(value) && Object.values(value).every((part) => typeof part === 'string')
      ? undefined
      : 'must be texts by name',
  allowHttp: (value) => (typeof value === 'boolean' ? undefined : 'must be true or false'),
}

const checkJwks: Check = (value) => {
  if (isJwksUrl(value)) return undefined
  if (!isObject(value) || !isJwksUrl(value.url)) return 'must be a URL, or an object with a url'
  for (const [name, part] of Object.entries(value)) {
    const check = Object.hasOwn(JWKS_PARTS, name) ? JWKS_PARTS[name] : undefined
    if (!check) return `${name} is no part of it; there are ${Object.keys(JWKS_PARTS).join(', ')}`
    const fault = part === undefined ? undefined : check(part)
    if (fault !== undefined) return `${name} ${fault}`
  }
  return undefined
}

const CHECKS: Record<keyof JwtAuthorizeOptions, Check> = {
  secret: (value) =>
    isText(value) || value instanceof Uint8Array ? undefined : 'must be a text or bytes',
  publicKey: (value) =>
    isText(value) || isObject(value) ? undefined : 'must be a PEM text or a JWK',
  jwks: checkJwks,
  algorithms: (value) =>
    isList(value, (part) => (JWT_ALGORITHMS as readonly unknown[]).includes(part))
      ? undefined
      : `must be a list out of ${JWT_ALGORITHMS.join(', ')}`,
  issuer: namesParty,
  audience: namesParty,
  type: (value) => (isText(value) ? undefined : 'must be a text such as "at+jwt"'),
  requiredClaims: (value) =>
    Array.isArray(value) && value.every(isText) ? undefined : 'must be a list of names',
  clockTolerance: seconds(0, 300),
  maxTokenAge: seconds(1, Number.MAX_SAFE_INTEGER),
  from: (value) =>
    Array.isArray(value) && value.every(isSource)
      ? undefined
      : "must be a list of 'header', 'subprotocol', { cookie } and { query }",
  session: (value) => (typeof value === 'function' ? undefined : 'must be a function'),
}

/** Options whose value stands in no message. */
const HIDDEN: readonly string[] = ['secret', 'publicKey']

const KEYS = ['secret', 'publicKey', 'jwks']

/**
 * Checks the form of every option; what a key is worth is seen when it is read.
 *
 * @returns whether nothing is wrong
 */
export function checkJwtOptions(options: unknown, problems: Problems): boolean {
  if (!isObject(options)) {
    problems.add('jwtAuthorize', 'needs an object of options', 'jwtAuthorize({ secret: … })')
    return false
  }
  const faults = [
    ...Object.entries(options).flatMap(([name, value]) => faultOf(name, value)),
    ...faultOfKeys(options),
    ...faultsOfParties(options),
  ]
  for (const { name, fault, mend } of faults) {
    problems.add(name === '' ? 'jwtAuthorize' : `jwtAuthorize.${name}`, fault, mend)
  }
  return faults.length === 0
}

interface Fault {
  readonly name: string
  readonly fault: string
  readonly mend: string
}

function faultOf(name: string, value: unknown): Fault[] {
  if (value === undefined) return []
  if (!Object.hasOwn(CHECKS, name)) {
    const meant = nearest(name, Object.keys(CHECKS), 2)
    const known = `the options are ${Object.keys(CHECKS).join(', ')}`
    return [
      { name, fault: 'is no option', mend: meant === undefined ? known : `did you mean ${meant}?` },
    ]
  }
  const fault = CHECKS[name as keyof typeof CHECKS](value)
  if (fault === undefined) return []
  const isShown = fault.startsWith('must ') && !HIDDEN.includes(name)
  const mend = 'see the table of options in docs/authentication.md'
  return [{ name, fault: isShown ? `${fault}, got ${showValue(value)}` : fault, mend }]
}

function faultOfKeys(options: Given): Fault[] {
  const given = KEYS.filter((name) => options[name] !== undefined)
  if (given.length === 1) return []
  const fault = given.length === 0 ? 'there is no key' : `${given.join(' and ')} are given`
  return [{ name: '', fault, mend: `give one of ${KEYS.join(', ')}` }]
}

/** A provider signs for many: a token that is meant for somebody else would be as good. */
function faultsOfParties(options: Given): Fault[] {
  if (options.jwks === undefined) return []
  return ['issuer', 'audience']
    .filter((name) => options[name] === undefined)
    .map((name) => ({
      name,
      fault: 'is missing: the keys of a set may sign tokens that are not for this app',
      mend: 'name it, or give false when it does not matter',
    }))
}
