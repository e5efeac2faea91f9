import { createWsApp, type WsApp } from 'enfilade'
import { jwtAuthorize, type JwtAuthorizeOptions, type JwtSession } from 'enfilade/jwt'

/** What `jwtAuthorize` takes and what not: checked by the compiler, never run. */
const secret = 'x'.repeat(32)

export const accepted: readonly JwtAuthorizeOptions[] = [
  { secret },
  { secret: Buffer.alloc(32), algorithms: ['HS256'] },
  { publicKey: { kty: 'EC' }, issuer: 'us', from: ['header', { cookie: 'token' }] },
  { jwks: { url: new URL('https://a.example'), cooldown: 1 }, issuer: ['us'], audience: false },
]

export const refused: readonly JwtAuthorizeOptions[] = [
  // @ts-expect-error none is no algorithm
  { secret, algorithms: ['none'] },
  // @ts-expect-error there is no such source
  { secret, from: ['body'] },
  // @ts-expect-error there is no such option
  { secret, ignoreExpiration: true },
]

/** Without `session`, the session is what is in the token. */
export const plain: Promise<JwtSession> = jwtAuthorize({ secret })({} as never)

/** With it, what it returns, at once or later. */
export const made: Promise<{ name: string; expiresAt: number }> = jwtAuthorize({
  secret,
  session: async ({ user, expiresAt }) => Promise.resolve({ name: user, expiresAt }),
})({} as never)

export const endless = jwtAuthorize({
  secret,
  // @ts-expect-error a session says when it ends
  session: ({ user }) => ({ user }),
})

export const app: WsApp = createWsApp({ controllers: [], authorize: jwtAuthorize({ secret }) })
