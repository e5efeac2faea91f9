import { generateKeyPairSync, randomBytes, type KeyObject } from 'node:crypto'
import type { UpgradeRequest } from 'enfilade'
import { exportJWK, SignJWT, type JWK } from 'jose'

/** A fresh secret of 32 bytes, as text. */
export const newSecret = (): string => randomBytes(32).toString('base64')

/** An hour from now, as claims say it. */
export const inAnHour = (): number => Math.floor(Date.now() / 1000) + 3600

/** A key pair, its public half also as a member of a key set. */
export interface SigningKey {
  readonly privateKey: KeyObject
  readonly publicKey: KeyObject
  readonly jwk: JWK
  readonly alg: string
  readonly kid: string
}

/** Makes a P-256 or an RSA key. */
export async function newKey(kid: string, alg: 'ES256' | 'RS256' = 'ES256'): Promise<SigningKey> {
  const { publicKey, privateKey } =
    alg === 'ES256'
      ? generateKeyPairSync('ec', { namedCurve: 'P-256' })
      : generateKeyPairSync('rsa', { modulusLength: 2048 })
  return { publicKey, privateKey, alg, kid, jwk: { ...(await exportJWK(publicKey)), kid, alg } }
}

/** What a token has beside the claims given. */
export interface TokenParts {
  readonly alg?: string
  readonly kid?: string
  readonly typ?: string
}

/** Signs a token: by default for `ann`, good for an hour. A claim that is `undefined` is left out. */
export function signToken(
  key: string | KeyObject,
  claims: Readonly<Record<string, unknown>> = {},
  { alg = 'HS256', ...header }: TokenParts = {},
): Promise<string> {
  const payload = { sub: 'ann', exp: inAnHour(), ...claims }
  return new SignJWT(payload)
    .setProtectedHeader({ alg, ...header })
    .sign(typeof key === 'string' ? new TextEncoder().encode(key) : key)
}

/** Signs with a key of a set. */
export function signWith(
  { privateKey, alg, kid }: SigningKey,
  claims: Readonly<Record<string, unknown>> = {},
): Promise<string> {
  return signToken(privateKey, claims, { alg, kid })
}

/** A request as `authorize` gets it, with a bearer token in its header or other parts. */
export function requestWith(
  token: string | undefined,
  parts: Partial<UpgradeRequest> = {},
): UpgradeRequest {
  return {
    path: '/',
    query: new URLSearchParams(),
    params: {},
    headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
    cookies: {},
    subprotocols: [],
    origin: undefined,
    remoteAddress: '127.0.0.1',
    ...parts,
  }
}
