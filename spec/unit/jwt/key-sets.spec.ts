import { describe, expect, it } from '@jest/globals'
import { jwtAuthorize, type JwksSource } from 'enfilade/jwt'
import { errors } from 'jose'
import { serveKeys, type KeyServer } from '../../support/key-server.js'
import { inAnHour, newKey, requestWith, signToken, signWith } from '../../support/jwt.js'

const start = ({ url }: KeyServer, parts: Partial<JwksSource> = {}) => {
  const authorize = jwtAuthorize({ jwks: { url, ...parts }, issuer: false, audience: false })
  return (token: string) => authorize(requestWith(token))
}

const UNKNOWN = { code: 401, message: 'The key of the token is unknown' }

describe('a key set', () => {
  it('is fetched with the first token, and kept', async () => {
    const key = await newKey('one')
    const server = await serveKeys(key.jwk)
    const check = start(server, { headers: { 'x-api-key': 'k' } })
    expect(server.asked.count).toBe(0)
    const token = await signWith(key)
    const sessions = await Promise.all([check(token), check(token), check(token)])
    expect(sessions.map(({ user }) => user)).toEqual(['ann', 'ann', 'ann'])
    await check(token)
    expect(server.asked.count).toBe(1)
    expect(server.asked.headers).toMatchObject({ 'x-api-key': 'k' })
  })

  it('is fetched again for a key that is new in it', async () => {
    const [first, second] = [await newKey('one'), await newKey('two', 'RS256')]
    const server = await serveKeys(first.jwk)
    const check = start(server, { cooldown: 0 })
    await check(await signWith(first))
    server.keys = [first.jwk, second.jwk]
    expect(await check(await signWith(second))).toMatchObject({ user: 'ann' })
    expect(server.asked.count).toBe(2)
    await check(await signWith(first))
    expect(server.asked.count).toBe(2)
  })

  it('is not fetched for every stranger', async () => {
    const server = await serveKeys((await newKey('one')).jwk)
    const check = start(server)
    for (const kid of ['two', 'three', 'four']) {
      await expect(check(await signWith(await newKey(kid)))).rejects.toMatchObject(UNKNOWN)
    }
    expect(server.asked.count).toBe(1)
  })

  it('no longer lets in whose key has gone from it, once its time is over', async () => {
    const [first, second] = [await newKey('one'), await newKey('two')]
    const server = await serveKeys(first.jwk)
    const check = start(server, { cacheMaxAge: 0, cooldown: 0 })
    const token = await signWith(first)
    await check(token)
    server.keys = [second.jwk]
    await expect(check(token)).rejects.toMatchObject(UNKNOWN)
    expect(await check(await signWith(second))).toMatchObject({ user: 'ann' })
  })

  it('is not asked for a token whose algorithm is not allowed', async () => {
    const server = await serveKeys((await newKey('one')).jwk)
    const forged = await signToken('x'.repeat(32), {}, { alg: 'HS256', kid: 'one' })
    await expect(start(server)(forged)).rejects.toMatchObject({
      message: 'The algorithm of the token is not allowed',
    })
    expect(server.asked.count).toBe(0)
  })

  it('with a secret in it does not make that a key', async () => {
    const secret = Buffer.alloc(32, 7)
    const server = await serveKeys(
      { kty: 'oct', k: secret.toString('base64url'), kid: 'one' },
      (await newKey('two')).jwk,
    )
    const forged = await signToken(secret.toString(), {}, { alg: 'HS256', kid: 'one' })
    await expect(start(server)(forged)).rejects.toMatchObject({ code: 401 })
  })
})

describe('a token that names no key', () => {
  it('is checked with each that fits', async () => {
    const keys = [await newKey('one'), await newKey('two'), await newKey('three')]
    const server = await serveKeys(...keys.map(({ jwk: { kid: _kid, ...jwk } }) => jwk))
    const check = start(server)
    for (const { privateKey, alg } of keys) {
      expect(await check(await signToken(privateKey, {}, { alg }))).toMatchObject({ user: 'ann' })
    }
    const { privateKey } = await newKey('four')
    await expect(check(await signToken(privateKey, {}, { alg: 'ES256' }))).rejects.toMatchObject({
      ...{ code: 401, message: 'The signature of the token is wrong' },
    })
    const late = { exp: inAnHour() - 7200 }
    await expect(
      check(await signToken(keys[1]!.privateKey, late, { alg: 'ES256' })),
    ).rejects.toMatchObject({ code: 401, message: 'The token has expired' })
  })
})

describe('a key set that cannot be had', () => {
  const failing = { name: 'Error', message: 'A token could not be checked' }

  it.each([[500], [404], [302]])(
    'since the answer is %d, is no fault of the token',
    async (status) => {
      const key = await newKey('one')
      const server = await serveKeys(key.jwk)
      server.answer = status
      const check = start(server)
      const token = await signWith(key)
      await expect(check(token)).rejects.toMatchObject({
        ...failing,
        cause: expect.any(errors.JOSEError),
      })
      server.answer = 200
      expect(await check(token)).toMatchObject({ user: 'ann' })
    },
  )

  it('in time is no fault of the token', async () => {
    const key = await newKey('one')
    const server = await serveKeys(key.jwk)
    server.answer = 'hang'
    await expect(start(server, { timeout: 0.02 })(await signWith(key))).rejects.toMatchObject({
      ...failing,
      cause: { code: 'ERR_JWKS_TIMEOUT' },
    })
  })

  it('since it is no key set, is no fault of the token', async () => {
    const key = await newKey('one')
    const server = await serveKeys('no key' as never)
    await expect(start(server)(await signWith(key))).rejects.toMatchObject({
      ...failing,
      cause: { code: 'ERR_JWKS_INVALID' },
    })
  })
})
