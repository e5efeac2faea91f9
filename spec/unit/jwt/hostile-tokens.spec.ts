import { createHmac } from 'node:crypto'
import { describe, expect, it } from '@jest/globals'
import { WsError } from 'enfilade'
import { jwtAuthorize } from 'enfilade/jwt'
import fc from 'fast-check'
import { serveKeys } from '../../support/key-server.js'
import { inAnHour, newKey, newSecret, requestWith } from '../../support/jwt.js'

/** Other runs: PROPERTY_SEED=2 */
const seed = Number(process.env.PROPERTY_SEED ?? 1)

const secret = newSecret()
const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')

/** Signed as it should be, whatever is in it. */
function sign(header: unknown, payload: unknown): string {
  const text = `${encode(header)}.${encode(payload)}`
  return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`
}

const NAMES = ['alg', 'kid', 'typ', 'crit', 'b64', 'jwk', 'jku', 'x5c', 'zip', 'cty', 'enc']
const CLAIMS = ['sub', 'exp', 'iat', 'nbf', 'iss', 'aud', 'jti', '__proto__', 'constructor']

const value = fc.oneof(
  fc.jsonValue({ maxDepth: 2 }),
  fc.constantFrom<unknown>(
    'HS256',
    'ES256',
    'none',
    ['b64'],
    false,
    'ann',
    inAnHour(),
    Number.MAX_VALUE,
  ),
)
const record = (names: readonly string[]): fc.Arbitrary<object> =>
  fc
    .array(fc.tuple(fc.constantFrom(...names), value), { maxLength: 6 })
    .map((entries) => Object.fromEntries(entries) as object)

/** A header and claims that are right but for a few things. */
const parts = fc.tuple(
  fc.oneof(
    value,
    record(NAMES).map((more) => ({ alg: 'HS256', ...more })),
  ),
  fc.oneof(
    value,
    record(CLAIMS).map((more) => ({ sub: 'ann', exp: inAnHour(), ...more })),
  ),
)

/** Everything a token may lead to: a user, or a 401. */
async function verdict(check: Promise<{ user: string }>): Promise<'in' | 'out'> {
  try {
    const { user } = await check
    expect(user).toEqual(expect.stringMatching(/./))
    return 'in'
  } catch (error) {
    if (!(error instanceof WsError)) throw error
    expect(error.code).toBe(401)
    return 'out'
  }
}

describe('whatever a token is', () => {
  it('it is accepted or refused with 401, with a secret', async () => {
    const authorize = jwtAuthorize({ secret, issuer: false, requiredClaims: [] })
    const seen = new Set<string>()
    await fc.assert(
      fc.asyncProperty(parts, async ([header, claims]) => {
        seen.add(await verdict(authorize(requestWith(sign(header, claims)))))
      }),
      { seed, numRuns: 1000 },
    )
    expect([...seen].sort()).toEqual(['in', 'out'])
  })

  it('it is refused with 401, with a key set', async () => {
    const server = await serveKeys((await newKey('one')).jwk, (await newKey('two', 'RS256')).jwk)
    const authorize = jwtAuthorize({ jwks: server.url, issuer: false, audience: false })
    await fc.assert(
      fc.asyncProperty(parts, fc.constantFrom('ES256', 'RS256', 'PS256'), async (both, alg) => {
        const [header, claims] = both
        const asked = typeof header === 'object' && header !== null ? { ...header, alg } : header
        expect(await verdict(authorize(requestWith(sign(asked, claims))))).toBe('out')
      }),
      { seed, numRuns: 500 },
    )
  })

  it('it is refused with 401, when it is any text', async () => {
    const authorize = jwtAuthorize({ secret })
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(fc.base64String(), { maxLength: 6 }).map((list) => list.join('.')),
    )
    await fc.assert(
      fc.asyncProperty(text, async (token) => {
        const request = requestWith(undefined, { token })
        expect(await verdict(authorize(request))).toBe('out')
      }),
      { seed, numRuns: 500 },
    )
  })
})
