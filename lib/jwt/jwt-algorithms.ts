/** Signature algorithms (RFC 7518, 3.1; RFC 8037; RFC 9864). `none` is not one, and never accepted. */
export type JwtAlgorithm = keyof typeof FAMILIES

/** What kind of key an algorithm works with. */
export type KeyFamily = 'secret' | 'rsa' | 'P-256' | 'P-384' | 'P-521' | 'ed25519'

const FAMILIES = {
  HS256: 'secret',
  HS384: 'secret',
  HS512: 'secret',
  RS256: 'rsa',
  RS384: 'rsa',
  RS512: 'rsa',
  PS256: 'rsa',
  PS384: 'rsa',
  PS512: 'rsa',
  ES256: 'P-256',
  ES384: 'P-384',
  ES512: 'P-521',
  EdDSA: 'ed25519',
  Ed25519: 'ed25519',
} as const satisfies Record<string, KeyFamily>

/** All that may be asked for. */
export const JWT_ALGORITHMS = Object.keys(FAMILIES) as readonly JwtAlgorithm[]

/** What a key set may sign with, unless something else is said: no secret can be among its keys. */
export const PUBLIC_ALGORITHMS = JWT_ALGORITHMS.filter((name) => FAMILIES[name] !== 'secret')

/** The algorithms that a kind of key can check. */
export function algorithmsOf(family: KeyFamily): readonly JwtAlgorithm[] {
  return JWT_ALGORITHMS.filter((name) => FAMILIES[name] === family)
}

/** Bytes that the secret of an algorithm has at least: as many as its hash (RFC 7518, 3.2). */
export function secretBytes(algorithm: JwtAlgorithm): number {
  return Number(algorithm.slice(2)) / 8
}
