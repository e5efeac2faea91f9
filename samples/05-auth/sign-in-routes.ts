import { parseCookie, stringifySetCookie } from 'cookie'
import type { HttpHandler, WsHttp } from 'enfilade'
import { readJson } from './read-json.js'
import type { People } from './people.js'
import type { Tokens } from './tokens.js'

const COOKIE = 'sign-in'

interface Asked {
  readonly body: Readonly<Record<string, unknown>>
  /** The cookie of whoever has signed in. */
  readonly secret: string
}

interface Answer {
  readonly status: '200 OK' | '401 Unauthorized'
  readonly body: object
  /** The cookie from now on; an empty text deletes it. */
  readonly secret?: string
}

const REFUSED = { status: '401 Unauthorized', body: {} } as const

/**
 * Signs in and out, and gives out tokens: over HTTP, since a cookie that no script can read is the
 * safest place for what lasts longer than a token.
 */
export function serveSignIn(http: WsHttp, people: People, tokens: Tokens): void {
  http.post(
    '/auth/sign-in',
    answering(async ({ body: { name, password } }) => {
      const signIn = await people.signIn(String(name), String(password))
      if (!signIn) return REFUSED
      const token = await tokens.issue(signIn)
      return { status: '200 OK', body: { token }, secret: signIn.secret }
    }),
  )
  http.post(
    '/auth/token',
    answering(async ({ secret }) => {
      const signIn = people.signInOf(secret)
      if (!signIn) return REFUSED
      return { status: '200 OK', body: { token: await tokens.issue(signIn) } }
    }),
  )
  http.post(
    '/auth/sign-out',
    answering(({ secret }) => {
      const signIn = people.signInOf(secret)
      if (signIn) people.signOut(signIn)
      return Promise.resolve({ status: '200 OK', body: {}, secret: '' })
    }),
  )
}

function answering(handle: (asked: Asked) => Promise<Answer>): HttpHandler {
  return async (response, request) => {
    // Read now: after the first await the request is gone.
    const secret = parseCookie(request.getHeader('cookie'))[COOKIE] ?? ''
    // Another site's page cannot send JSON without asking first, and is not answered then.
    const isJson = request.getHeader('content-type') === 'application/json'
    const body = await readJson(response)
    const answer = isJson && body ? await handle({ body, secret }) : undefined
    if (response.aborted === true) return
    response.cork(() => {
      response.writeStatus(answer?.status ?? '400 Bad Request')
      response
        .writeHeader('content-type', 'application/json')
        .writeHeader('cache-control', 'no-store')
      if (answer?.secret !== undefined) response.writeHeader('set-cookie', cookieOf(answer.secret))
      response.end(JSON.stringify(answer?.body ?? {}))
    })
  }
}

/** `secure` is missing, since this sample has no TLS. */
function cookieOf(secret: string): string {
  const maxAge = secret === '' ? 0 : 7 * 24 * 3600
  const rules = { httpOnly: true, sameSite: 'strict', path: '/auth', maxAge } as const
  return stringifySetCookie(COOKIE, secret, rules)
}
