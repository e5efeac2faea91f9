import { createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto'
import { createRemoteJWKSet, type JWTVerifyGetKey } from 'jose'
import type { Problems } from '../errors/problems.js'
import {
  algorithmsOf,
  PUBLIC_ALGORITHMS,
  secretBytes,
  type JwtAlgorithm,
  type KeyFamily,
} from './jwt-algorithms.js'
import type { JwksSource, JwtAuthorizeOptions, JwtExpiry } from './jwt-options.js'

/** What tokens are checked with. */
export interface JwtKey {
  readonly key: Uint8Array | KeyObject | JWTVerifyGetKey
  readonly algorithms: readonly JwtAlgorithm[]
}

type Options = JwtAuthorizeOptions<JwtExpiry>

/** Curves by the name OpenSSL has for them. */
const CURVES: Readonly<Record<string, KeyFamily>> = {
  prime256v1: 'P-256',
  secp384r1: 'P-384',
  secp521r1: 'P-521',
}

/** Bits that an RSA key has at least (RFC 7518, 3.3). */
const RSA_BITS = 2048

/** Reads the one key of the options, whose form has been checked; `undefined` when it is no good. */
export function readJwtKey(options: Options, problems: Problems): JwtKey | undefined {
  const { secret, publicKey, jwks, algorithms } = options
  if (secret !== undefined) return readSecret(secret, algorithms, problems)
  if (publicKey !== undefined) return readPublicKey(publicKey, algorithms, problems)
  return readKeySet(jwks as NonNullable<Options['jwks']>, algorithms, problems)
}

function readSecret(
  secret: string | Uint8Array,
  algorithms: readonly JwtAlgorithm[] = ['HS256'],
  problems: Problems,
): JwtKey | undefined {
  const where = 'jwtAuthorize.secret'
  // Else whoever reads the public key could sign with it.
  if (typeof secret === 'string' && secret.includes('-----BEGIN ')) {
    problems.add(where, 'is a key in PEM', 'give the public key as publicKey')
    return undefined
  }
  if (!fit(algorithms, algorithmsOf('secret'), problems)) return undefined
  // A copy: whoever overwrites theirs means to forget it, and not to change the key.
  const key =
    typeof secret === 'string' ? new TextEncoder().encode(secret) : Uint8Array.from(secret)
  const least = Math.max(...algorithms.map(secretBytes))
  if (key.length < least) {
    const mend = `take ${least} random bytes, as of: openssl rand -base64 ${least}`
    problems.add(where, `has ${key.length} bytes, and needs ${least}`, mend)
    return undefined
  }
  return { key, algorithms }
}

function readPublicKey(
  source: NonNullable<Options['publicKey']>,
  algorithms: readonly JwtAlgorithm[] | undefined,
  problems: Problems,
): JwtKey | undefined {
  const where = 'jwtAuthorize.publicKey'
  const isPrivate = typeof source === 'string' ? source.includes('PRIVATE KEY') : 'd' in source
  if (isPrivate) {
    problems.add(where, 'is a private key', 'give the public one: only who signs needs the other')
    return undefined
  }
  const key = tryPublicKey(source)
  const family = key && familyOf(key)
  if (!key || !family) {
    const kinds = `RSA of ${RSA_BITS} bits, P-256, P-384, P-521 or Ed25519`
    problems.add(where, 'cannot be read, or is of another kind', `give a PEM or JWK of ${kinds}`)
    return undefined
  }
  const own = typeof source === 'string' ? undefined : source.alg
  const fitting = algorithmsOf(family).filter((name) => own === undefined || name === own)
  if (fitting.length === 0) {
    problems.add(where, `says alg "${own}", which does not fit it`, 'ask whoever made it')
    return undefined
  }
  const wanted = algorithms ?? fitting
  return fit(wanted, fitting, problems) ? { key, algorithms: wanted } : undefined
}

function tryPublicKey(source: NonNullable<Options['publicKey']>): KeyObject | undefined {
  try {
    return typeof source === 'string'
      ? createPublicKey(source)
      : createPublicKey({ key: source as JsonWebKey, format: 'jwk' })
  } catch {
    return undefined
  }
}

function familyOf({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): KeyFamily | undefined {
  const { modulusLength = 0, namedCurve = '' } = asymmetricKeyDetails ?? {}
  if (asymmetricKeyType === 'rsa') return modulusLength >= RSA_BITS ? 'rsa' : undefined
  if (asymmetricKeyType === 'ec') return CURVES[namedCurve]
  return asymmetricKeyType === 'ed25519' ? 'ed25519' : undefined
}

function readKeySet(
  source: string | URL | JwksSource,
  algorithms: readonly JwtAlgorithm[] = PUBLIC_ALGORITHMS,
  problems: Problems,
): JwtKey | undefined {
  const given = typeof source === 'string' || source instanceof URL ? { url: source } : source
  const { url: address, cacheMaxAge = 600, cooldown = 30, timeout = 5, headers, allowHttp } = given
  const url = new URL(address)
  const isSafe = url.protocol === 'https:' || (url.protocol === 'http:' && isLocal(url))
  if (!isSafe && !(url.protocol === 'http:' && allowHttp === true)) {
    const mend = 'give an https URL, or allowHttp: true inside a network of your own'
    problems.add('jwtAuthorize.jwks', `would be fetched by ${url.protocol}`, mend)
    return undefined
  }
  if (!fit(algorithms, PUBLIC_ALGORITHMS, problems)) return undefined
  const key = createRemoteJWKSet(url, {
    cacheMaxAge: cacheMaxAge * 1000,
    cooldownDuration: cooldown * 1000,
    timeoutDuration: Math.ceil(timeout * 1000),
    ...(headers && { headers: { ...headers } }),
  })
  return { key, algorithms }
}

function isLocal({ hostname }: URL): boolean {
  return ['localhost', '127.0.0.1', '[::1]'].includes(hostname)
}

/** Of an algorithm that does not fit the key, a token could say it was signed with something else. */
function fit(
  wanted: readonly JwtAlgorithm[],
  fitting: readonly JwtAlgorithm[],
  problems: Problems,
): boolean {
  const others = wanted.filter((name) => !fitting.includes(name))
  if (others.length === 0) return true
  const fault = `has ${others.join(', ')}, which the key cannot check`
  problems.add('jwtAuthorize.algorithms', fault, `choose out of ${fitting.join(', ')}`)
  return false
}
