import { generateKeyPairSync } from 'node:crypto'
import { describe, expect, it } from '@jest/globals'
import { WsDefinitionError, type DefinitionProblem } from 'enfilade'
import { jwtAuthorize, type JwtAuthorizeOptions } from 'enfilade/jwt'
import { exportJWK } from 'jose'
import { newKey, newSecret, requestWith, signToken } from '../../support/jwt.js'

const secret = newSecret()
const jwks = 'https://id.example.com/keys'

function problemsOf(options: unknown): readonly DefinitionProblem[] {
  try {
    jwtAuthorize(options as JwtAuthorizeOptions)
    return []
  } catch (error) {
    if (error instanceof WsDefinitionError) return error.problems
    throw error
  }
}

const pem = (key: { export(options: object): string | Buffer }, type = 'spki'): string =>
  key.export({ type, format: 'pem' }).toString()

describe('jwtAuthorize takes', () => {
  it.each<[what: string, options: object]>([
    ['a secret', { secret }],
    ['a secret in bytes', { secret: Buffer.alloc(32, 1) }],
    ['a key set by text', { jwks, issuer: 'a', audience: ['b', 'c'] }],
    ['a key set by URL', { jwks: new URL(jwks), issuer: false, audience: false }],
    ['a key set of this machine', { jwks: 'http://localhost:1/k', issuer: 'a', audience: 'b' }],
    [
      'a key set of a private network',
      { jwks: { url: 'http://id/k', allowHttp: true }, issuer: 'a', audience: 'b' },
    ],
    ['options that are undefined', { secret, issuer: undefined, from: undefined }],
    ['no source but the message', { secret, from: [] }],
    ['all sources', { secret, from: ['header', 'subprotocol', { cookie: 'a' }, { query: 'b' }] }],
  ])('%s', (_what, options) => {
    expect(problemsOf(options)).toEqual([])
  })
})

describe('jwtAuthorize refuses', () => {
  const whole = { where: 'jwtAuthorize' }
  const of = (name: string, problem: string): Partial<DefinitionProblem> => ({
    where: `jwtAuthorize.${name}`,
    problem,
  })

  it.each<[options: unknown, problem: Partial<DefinitionProblem>]>([
    [undefined, { ...whole, problem: 'needs an object of options' }],
    [{}, { ...whole, problem: 'there is no key' }],
    [
      { secret, publicKey: 'x' },
      { ...whole, problem: 'secret and publicKey are given' },
    ],
    [
      { secret, issuers: 'a' },
      { ...of('issuers', 'is no option'), mend: 'did you mean issuer?' },
    ],
    [{ secret: 'short' }, of('secret', 'has 5 bytes, and needs 32')],
    [{ secret: '€'.repeat(10) }, of('secret', 'has 30 bytes, and needs 32')],
    [
      { secret: 'x'.repeat(47), algorithms: ['HS256', 'HS384'] },
      of('secret', 'has 47 bytes, and needs 48'),
    ],
    [{ secret: 7 }, of('secret', 'must be a text or bytes')],
    [{ secret, algorithms: [] }, { where: 'jwtAuthorize.algorithms' }],
    [{ secret, algorithms: ['none'] }, { where: 'jwtAuthorize.algorithms' }],
    [
      { secret, algorithms: ['HS256', 'RS256'] },
      of('algorithms', 'has RS256, which the key cannot check'),
    ],
    [
      { jwks, issuer: 'a', audience: 'b', algorithms: ['RS256', 'HS256'] },
      of('algorithms', 'has HS256, which the key cannot check'),
    ],
    [{ secret, issuer: '' }, { where: 'jwtAuthorize.issuer' }],
    [{ secret, audience: true }, { where: 'jwtAuthorize.audience' }],
    [{ secret, audience: [] }, { where: 'jwtAuthorize.audience' }],
    [{ secret, type: 1 }, { where: 'jwtAuthorize.type' }],
    [{ secret, requiredClaims: 'sub' }, { where: 'jwtAuthorize.requiredClaims' }],
    [{ secret, clockTolerance: -1 }, of('clockTolerance', 'must be seconds, 0 to 300, got -1')],
    [{ secret, clockTolerance: 301 }, { where: 'jwtAuthorize.clockTolerance' }],
    [{ secret, clockTolerance: NaN }, { where: 'jwtAuthorize.clockTolerance' }],
    [{ secret, maxTokenAge: '1h' }, { where: 'jwtAuthorize.maxTokenAge' }],
    [{ secret, from: 'header' }, { where: 'jwtAuthorize.from' }],
    [{ secret, from: ['body'] }, { where: 'jwtAuthorize.from' }],
    [{ secret, from: [{ cookie: '' }] }, { where: 'jwtAuthorize.from' }],
    [{ secret, from: [{ cookie: 'a', query: 'b' }] }, { where: 'jwtAuthorize.from' }],
    [{ secret, session: {} }, { where: 'jwtAuthorize.session' }],
    [{ jwks, audience: 'b' }, { where: 'jwtAuthorize.issuer' }],
    [{ jwks, issuer: 'a' }, { where: 'jwtAuthorize.audience' }],
    [{ jwks: 'keys', issuer: 'a', audience: 'b' }, { where: 'jwtAuthorize.jwks' }],
    [
      { jwks: 'http://id.example.com/keys', issuer: 'a', audience: 'b' },
      of('jwks', 'would be fetched by http:'),
    ],
    [
      { jwks: { url: 'file:///keys', allowHttp: true }, issuer: 'a', audience: 'b' },
      of('jwks', 'would be fetched by file:'),
    ],
    [
      { jwks: { url: jwks, timeOut: 1 }, issuer: 'a', audience: 'b' },
      { where: 'jwtAuthorize.jwks' },
    ],
    [
      { jwks: { url: jwks, timeout: 0 }, issuer: 'a', audience: 'b' },
      { where: 'jwtAuthorize.jwks' },
    ],
    [
      { jwks: { url: jwks, headers: { a: 1 } }, issuer: 'a', audience: 'b' },
      { where: 'jwtAuthorize.jwks' },
    ],
  ])('%j', (options, problem) => {
    const [found, ...others] = problemsOf(options)
    expect(found).toMatchObject(problem)
    expect(found?.mend).toMatch(/\w/)
    expect(others).toEqual([])
  })

  it('everything that is wrong in one error', () => {
    const places = problemsOf({ jwks: 'x', from: 1, clockTolerance: 'a', other: 1 })
    expect(places.map(({ where }) => where)).toEqual([
      ...['jwtAuthorize.jwks', 'jwtAuthorize.from', 'jwtAuthorize.clockTolerance'],
      ...['jwtAuthorize.other', 'jwtAuthorize.issuer', 'jwtAuthorize.audience'],
    ])
  })

  it('a secret, and does not say it', () => {
    const text = JSON.stringify(problemsOf({ secret: 'hunter2' }))
    expect(text).not.toContain('hunter2')
  })
})

describe('a public key', () => {
  const pairs = {
    RS256: generateKeyPairSync('rsa', { modulusLength: 2048 }),
    ES256: generateKeyPairSync('ec', { namedCurve: 'P-256' }),
    ES384: generateKeyPairSync('ec', { namedCurve: 'P-384' }),
    ES512: generateKeyPairSync('ec', { namedCurve: 'P-521' }),
    EdDSA: generateKeyPairSync('ed25519'),
  }

  it.each(Object.entries(pairs))('checks %s, as PEM and as JWK', async (alg, pair) => {
    const token = await signToken(pair.privateKey, {}, { alg })
    for (const publicKey of [pem(pair.publicKey), await exportJWK(pair.publicKey)]) {
      expect(await jwtAuthorize({ publicKey })(requestWith(token))).toMatchObject({ user: 'ann' })
    }
  })

  it('with an alg checks that one only', async () => {
    const publicKey = { ...(await exportJWK(pairs.RS256.publicKey)), alg: 'PS256' }
    const authorize = jwtAuthorize({ publicKey })
    const sign = (alg: string) => signToken(pairs.RS256.privateKey, {}, { alg })
    expect(await authorize(requestWith(await sign('PS256')))).toMatchObject({ user: 'ann' })
    await expect(authorize(requestWith(await sign('RS256')))).rejects.toMatchObject({ code: 401 })
  })

  it.each<[what: string, key: () => unknown, problem: string]>([
    ['a private PEM', () => pem(pairs.ES256.privateKey, 'pkcs8'), 'is a private key'],
    ['a private JWK', () => exportJWK(pairs.ES256.privateKey), 'is a private key'],
    ['no PEM', () => 'abc', 'cannot be read, or is of another kind'],
    ['a secret as JWK', () => ({ kty: 'oct', k: 'AAAA' }), 'cannot be read, or is of another kind'],
    [
      'a short RSA key',
      () => pem(generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey),
      'cannot be read, or is of another kind',
    ],
    [
      'a curve without an algorithm',
      () => pem(generateKeyPairSync('ec', { namedCurve: 'secp256k1' }).publicKey),
      'cannot be read, or is of another kind',
    ],
    [
      'an alg of others',
      async () => ({ ...(await newKey('one')).jwk, alg: 'RS256' }),
      'says alg "RS256", which does not fit it',
    ],
  ])('is not %s', async (_what, key, problem) => {
    expect(problemsOf({ publicKey: await key() })).toMatchObject([
      { where: 'jwtAuthorize.publicKey', problem },
    ])
  })

  it('is not a secret', () => {
    expect(problemsOf({ secret: pem(pairs.RS256.publicKey) })).toMatchObject([
      { where: 'jwtAuthorize.secret', problem: 'is a key in PEM' },
    ])
  })
})
