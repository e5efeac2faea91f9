import { describe, expect, it } from '@jest/globals'
import { jwtAuthorize, type JwtAuthorizeOptions } from 'enfilade/jwt'
import { WsError } from 'enfilade'
import { UnsecuredJWT } from 'jose'
import { inAnHour, newKey, newSecret, requestWith, signToken } from '../../support/jwt.js'

const secret = newSecret()
const now = (): number => Math.floor(Date.now() / 1000)

const check = (token: string | undefined, options: Partial<JwtAuthorizeOptions> = {}) =>
  jwtAuthorize({ secret, ...options })(requestWith(token))

const base64url = (value: object): string =>
  Buffer.from(JSON.stringify(value)).toString('base64url')

/** The reason a token is refused with 401. */
async function refusal(token: string | undefined, options: Partial<JwtAuthorizeOptions> = {}) {
  const error = await check(token, options).then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  expect(error).toBeInstanceOf(WsError)
  const { code, message, details } = error as WsError
  expect({ code, details }).toEqual({ code: 401, details: undefined })
  for (const part of token?.split('.') ?? []) {
    if (part.length > 2) expect(message).not.toContain(part)
  }
  return message
}

describe('a token that was signed with the secret', () => {
  it('is a session with user, claims, and an end that has the clock tolerance in it', async () => {
    const exp = inAnHour()
    const token = await signToken(secret, { exp, role: 'admin' })
    expect(await check(token)).toEqual({
      user: 'ann',
      claims: { sub: 'ann', exp, role: 'admin' },
      expiresAt: (exp + 5) * 1000,
    })
    expect(await check(token, { clockTolerance: 0 })).toMatchObject({ expiresAt: exp * 1000 })
  })

  it('ends with its age, when that comes first', async () => {
    const iat = now()
    const token = await signToken(secret, { iat })
    const session = await check(token, { maxTokenAge: 60, clockTolerance: 0 })
    expect(session.expiresAt).toBe((iat + 60) * 1000)
  })

  it('is refused with one letter changed, wherever it is', async () => {
    const token = await signToken(secret)
    const { length } = token
    for (let place = 0; place < length; place += 7) {
      const other = token[place] === 'A' ? 'B' : 'A'
      const tampered = token.slice(0, place) + other + token.slice(place + 1)
      // The last letter of a part holds bits that count for nothing.
      if (Buffer.from(tampered, 'base64url').equals(Buffer.from(token, 'base64url'))) continue
      await expect(check(tampered)).rejects.toMatchObject({ code: 401 })
    }
  })

  it('is refused with claims of somebody else put into it', async () => {
    const [header, , signature] = (await signToken(secret)).split('.')
    const forged = [header, base64url({ sub: 'root', exp: inAnHour() }), signature].join('.')
    expect(await refusal(forged)).toBe('The signature of the token is wrong')
  })

  it('is refused when the secret was another', async () => {
    expect(await refusal(await signToken(newSecret()))).toBe('The signature of the token is wrong')
  })
})

describe('what a token says', () => {
  const rows: [string, Record<string, unknown>, Partial<JwtAuthorizeOptions>, string][] = [
    ['has expired', { exp: now() - 60 }, {}, 'The token has expired'],
    ['has no end', { exp: undefined }, {}, 'The token has no claim "exp"'],
    ['has an end that is text', { exp: '9999999999' }, {}, 'The claim "exp" of the token is wrong'],
    ['has not begun', { nbf: now() + 60 }, {}, 'The token is not valid yet'],
    ['has no subject', { sub: undefined }, {}, 'The token has no claim "sub"'],
    ['has an empty subject', { sub: '' }, {}, 'The claim "sub" of the token is wrong'],
    ['has a number as subject', { sub: 7 }, {}, 'The claim "sub" of the token is wrong'],
    ...(['iss', 'aud'] as const).flatMap(
      (claim): [string, Record<string, unknown>, Partial<JwtAuthorizeOptions>, string][] => {
        const option = claim === 'iss' ? { issuer: 'us' } : { audience: ['us', 'we'] }
        const text = claim === 'iss' ? 'from another issuer' : 'for another audience'
        return [
          [`has no ${claim}`, {}, option, `The token has no claim "${claim}"`],
          [`has ${claim} of others`, { [claim]: 'them' }, option, `The token is ${text}`],
          [
            `has ${claim} that only starts alike`,
            { [claim]: 'us.evil' },
            option,
            `The token is ${text}`,
          ],
        ]
      },
    ),
    ['is too old', { iat: now() - 100 }, { maxTokenAge: 60 }, 'The token is too old'],
    ['is of no type', {}, { type: 'at+jwt' }, 'The token is of another type'],
    [
      'lacks a claim asked for',
      {},
      { requiredClaims: ['tenant'] },
      'The token has no claim "tenant"',
    ],
  ]

  it.each(rows)('%s: refused', async (_what, claims, options, reason) => {
    expect(await refusal(await signToken(secret, claims), options)).toBe(reason)
  })

  it('may be a little late or early, as clocks are', async () => {
    const token = await signToken(secret, { exp: now() - 10, nbf: now() + 10 })
    expect(await refusal(token)).toBe('The token is not valid yet')
    expect(await check(token, { clockTolerance: 30 })).toMatchObject({ user: 'ann' })
  })

  it('is accepted with issuer, audience, type and claims as asked for', async () => {
    const claims = { iss: 'us', aud: ['them', 'we'], tenant: 1 }
    const token = await signToken(secret, claims, { typ: 'at+jwt' })
    const options: Partial<JwtAuthorizeOptions> = {
      ...{ issuer: ['they', 'us'], audience: ['us', 'we'], type: 'at+jwt' },
      requiredClaims: ['tenant'],
    }
    expect(await check(token, options)).toMatchObject({ claims })
  })
})

describe('the algorithm of a token', () => {
  const text = 'The algorithm of the token is not allowed'

  it('none is refused, in any case', async () => {
    const unsecured = new UnsecuredJWT({ sub: 'root', exp: inAnHour() }).encode()
    expect(await refusal(unsecured)).toBe(text)
    for (const alg of ['none', 'None', 'NONE', '']) {
      const token = `${base64url({ alg })}.${base64url({ sub: 'root', exp: inAnHour() })}.`
      await expect(check(token)).rejects.toMatchObject({ code: 401 })
    }
  })

  it('is refused outside of the list, though the key would fit', async () => {
    const long = newSecret() + newSecret()
    const token = await signToken(long, {}, { alg: 'HS512' })
    expect(await refusal(token, { secret: long })).toBe(text)
    const options: Partial<JwtAuthorizeOptions> = { secret: long, algorithms: ['HS512'] }
    expect(await check(token, options)).toMatchObject({ user: 'ann' })
  })

  it.each(['ES256', 'RS256'] as const)(
    'HS256 with the public %s key as its secret is refused',
    async (alg) => {
      const { publicKey, privateKey } = await newKey('one', alg)
      const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString()
      const authorize = jwtAuthorize({ publicKey: pem })
      for (const form of [pem, pem.trim(), pem.replaceAll('\n', '\r\n')]) {
        const forged = await signToken(form, { sub: 'root' })
        await expect(authorize(requestWith(forged))).rejects.toMatchObject({
          code: 401,
          message: text,
        })
      }
      const honest = await signToken(privateKey, {}, { alg })
      expect(await authorize(requestWith(honest))).toMatchObject({ user: 'ann' })
    },
  )

  it('a key inside of the token counts for nothing', async () => {
    const ours = await newKey('ours')
    const theirs = await newKey('theirs')
    const pem = ours.publicKey.export({ type: 'spki', format: 'pem' }).toString()
    const header = { alg: 'ES256', jwk: theirs.jwk, jku: 'http://127.0.0.1:9/keys' }
    const forged = await signToken(theirs.privateKey, { sub: 'root' }, header)
    await expect(jwtAuthorize({ publicKey: pem })(requestWith(forged))).rejects.toMatchObject({
      message: 'The signature of the token is wrong',
    })
  })
})

describe('what is no token', () => {
  it.each([
    [undefined, 'There is no token'],
    ['x', 'The token is malformed'],
    ['a.b.c', 'The token is malformed'],
    ['a.b.c.d.e', 'The token is malformed'],
    [`${base64url({ alg: 'HS256', crit: ['x'] })}.e30.e30`, 'The token is malformed'],
    ['e'.repeat(8193), 'The token is too long'],
  ])('%j is refused', async (token, reason) => {
    expect(await refusal(token)).toBe(reason)
  })
})

describe('the option session', () => {
  it('makes the session, also later', async () => {
    const authorize = jwtAuthorize({
      secret,
      session: async ({ user, claims, expiresAt }) => {
        await Promise.resolve()
        return { id: user, roles: claims.roles as string[], expiresAt }
      },
    })
    const exp = inAnHour()
    const token = await signToken(secret, { exp, roles: ['admin'] })
    expect(await authorize(requestWith(token))).toEqual({
      ...{ id: 'ann', roles: ['admin'] },
      expiresAt: (exp + 5) * 1000,
    })
  })

  it('may refuse a token that is otherwise good', async () => {
    const authorize = jwtAuthorize({
      secret,
      session: () => {
        throw new WsError(403, 'Banned')
      },
    })
    const request = requestWith(await signToken(secret))
    await expect(authorize(request)).rejects.toMatchObject({ code: 403, message: 'Banned' })
  })

  it('has to say when the session ends, or that it does not', async () => {
    const token = await signToken(secret)
    const made: [session: unknown, isFine: boolean][] = [
      [{ name: 'Ann' }, false],
      [undefined, false],
      [null, false],
      ['ann', false],
      [{ expiresAt: null }, true],
      [{ expiresAt: new Date() }, true],
    ]
    for (const [session, isFine] of made) {
      const done = jwtAuthorize({ secret, session: () => session as never })(requestWith(token))
      if (isFine) expect(await done).toBe(session)
      else await expect(done).rejects.toThrow('must return an object with expiresAt')
    }
  })
})
