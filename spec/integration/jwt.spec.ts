import { inspect } from 'node:util'
import { describe, expect, it } from '@jest/globals'
import { Controller, OnMessage, Session, type WsAppOptions } from 'enfilade'
import { createWsClient } from 'enfilade/client'
import { jwtAuthorize, type JwtAuthorizeOptions, type JwtSession } from 'enfilade/jwt'
import { WebSocket } from 'ws'
import { serveKeys } from '../support/key-server.js'
import { inAnHour, newKey, newSecret, signToken, signWith } from '../support/jwt.js'
import { openRaw, upgradeAnswer } from '../support/open-raw.js'
import { startApp, type StartedApp } from '../support/start-app.js'

const V1 = 'enfilade.v1'
const secret = newSecret()

@Controller()
class Who {
  @OnMessage('who', '/')
  who(@Session() { user, expiresAt }: JwtSession): unknown {
    return { user, expiresAt }
  }
}

const start = (
  options: Partial<JwtAuthorizeOptions> = {},
  ofApp: Partial<WsAppOptions> = {},
): Promise<StartedApp> =>
  startApp({ controllers: [Who], authorize: jwtAuthorize({ secret, ...options }), ...ofApp })

/** Whether anything of a token is in what the app has logged, however deep. */
const isLogged = ({ logger }: StartedApp, token: string): boolean => {
  const [, payload = token, signature = token] = token.split('.')
  const text = inspect(logger.entries, { depth: 20 })
  return text.includes(payload) || text.includes(signature)
}

describe('a token lets in', () => {
  const ways: [way: string, parts: (token: string) => object, chosen: string | undefined][] = [
    ['as bearer', (token) => ({ headers: { Authorization: `Bearer ${token}` } }), undefined],
    [
      'beside the subprotocol',
      (token) => ({ headers: { 'Sec-WebSocket-Protocol': `${V1}, ${token}` } }),
      V1,
    ],
    [
      'as bearer subprotocol',
      (token) => ({ headers: { 'Sec-WebSocket-Protocol': `bearer.${token},${V1}` } }),
      V1,
    ],
    ['in a cookie', (token) => ({ headers: { Cookie: `a=b; auth=${token}` } }), undefined],
    ['in the query', (token) => ({ path: `/?token=${token}` }), undefined],
  ]

  it.each(ways)('%s, and is neither logged nor sent back', async (_way, parts, chosen) => {
    const app = await start({
      from: ['header', 'subprotocol', { cookie: 'auth' }, { query: 'token' }],
    })
    const refusals: unknown[] = []
    app.app.events.on('refuse', ({ code, reason }) => refusals.push({ code, reason }))
    const [good, bad] = [await signToken(secret), await signToken(newSecret())]
    const { http } = await openRaw(app.port, parts(good))
    // A refused client is let in to be told why: 101 alone says nothing.
    expect(refusals).toEqual([])
    expect(http.status).toBe(101)
    expect(http.headers['sec-websocket-protocol']).toBe(chosen)
    expect(app.app.server.user('ann').connections()).toHaveLength(1)
    const refused = await openRaw(app.port, parts(bad))
    expect(await refused.closed).toEqual({
      ...{ code: 4401, reason: 'The signature of the token is wrong', clean: true },
    })
    for (const token of [good, bad]) expect(isLogged(app, token)).toBe(false)
  })

  it.each(ways.slice(3))('%s only when that is asked for', async (_way, parts) => {
    const app = await start()
    const socket = await openRaw(app.port, parts(await signToken(secret)))
    expect(await socket.closed).toMatchObject({ code: 4401, reason: 'There is no token' })
  })

  it('or is refused by HTTP', async () => {
    const { port } = await start({}, { refuse: 'http' })
    expect(await upgradeAnswer(port)).toEqual({ status: 401, body: 'There is no token\n' })
  })
})

describe('a $token message', () => {
  it('lets in who had none, and gives the session another end', async () => {
    const { connectV1 } = await start({}, { awaitToken: true })
    const client = await connectV1()
    const exp = inAnHour()
    expect(await client.call('$token', '/', { token: await signToken(secret, { exp }) })).toBeNull()
    expect(await client.call('who', '/')).toEqual({ user: 'ann', expiresAt: (exp + 5) * 1000 })
    const token = await signToken(secret, { exp: exp + 60 })
    await client.call('$token', '/', { token })
    expect(await client.call('who', '/')).toEqual({ user: 'ann', expiresAt: (exp + 65) * 1000 })
  })

  it('with a bad token changes nothing', async () => {
    const app = await start()
    const token = await signToken(secret)
    const client = await app.connect({ protocols: [V1, token] })
    const forged = await signToken(newSecret(), { sub: 'root' })
    await expect(client.call('$token', '/', { token: forged })).rejects.toMatchObject({
      ...{ code: 401, message: 'The signature of the token is wrong' },
    })
    expect(await client.call('who', '/')).toMatchObject({ user: 'ann' })
    for (const each of [token, forged]) expect(isLogged(app, each)).toBe(false)
  })

  it('is what the client makes of its option token', async () => {
    const { url } = await start({}, { awaitToken: true })
    const client = createWsClient(url, { token: () => signToken(secret), WebSocket })
    try {
      expect(await client.call('who', '/')).toMatchObject({ user: 'ann' })
      await client.refreshToken()
      expect(client.status).toBe('open')
    } finally {
      client.close()
    }
  })
})

describe('a key set that is down', () => {
  it('is logged without the token, and the client may come back', async () => {
    const key = await newKey('one')
    const server = await serveKeys(key.jwk)
    server.answer = 500
    const app = await startApp({
      controllers: [Who],
      authorize: jwtAuthorize({ jwks: server.url, issuer: false, audience: false }),
    })
    const token = await signWith(key)
    const refused = await app.connect({ protocols: [V1, token] })
    expect(await refused.closed).toEqual({ code: 1011, reason: 'Internal Error' })
    expect(app.logger.errors()).toMatchObject([
      {
        message: 'authorize failed',
        fields: {
          err: { message: 'A token could not be checked', cause: { code: 'ERR_JOSE_GENERIC' } },
        },
      },
    ])
    expect(isLogged(app, token)).toBe(false)
    server.answer = 200
    const client = await app.connect({ protocols: [V1, token] })
    expect(await client.call('who', '/')).toMatchObject({ user: 'ann' })
  })

  it('does not disturb who is connected and hands over a token', async () => {
    const key = await newKey('one')
    const server = await serveKeys(key.jwk)
    const app = await startApp({
      controllers: [Who],
      authorize: jwtAuthorize({
        jwks: { url: server.url, cacheMaxAge: 0 },
        ...{ issuer: false, audience: false },
      }),
    })
    const client = await app.connect({ protocols: [V1, await signWith(key)] })
    server.answer = 503
    const token = await signWith(key, { sub: 'bob' })
    await expect(client.call('$token', '/', { token })).rejects.toMatchObject({ code: 500 })
    expect(await client.call('who', '/')).toMatchObject({ user: 'ann' })
    expect(isLogged(app, token)).toBe(false)
  })
})
