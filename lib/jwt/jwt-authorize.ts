import { errors, jwtVerify, type JWTPayload, type JWTVerifyOptions } from 'jose'
import { Problems } from '../errors/problems.js'
import { WsError } from '../errors/ws-error.js'
import type { UpgradeRequest } from '../runtime/upgrade-request.js'
import { checkJwtOptions } from './check-jwt-options.js'
import { findToken } from './find-token.js'
import { readJwtKey, type JwtKey } from './jwt-keys.js'
import type { JwtAuthorizeOptions, JwtExpiry, JwtSession } from './jwt-options.js'
import { toRefusal } from './jwt-refusal.js'

/** Characters of a token. As many as servers take in a header; what a client sends may be longer. */
const MAX_LENGTH = 8192

/**
 * Makes an `authorize` for `createWsApp` that lets in whoever has a valid JWT. The session is
 * `{ user, claims, expiresAt }`, or what `session` makes of it; the connection ends with it unless the
 * client sends a newer token.
 *
 * A bad token is a `WsError` 401 with a short reason, in which there is nothing of the token. When the
 * key set cannot be fetched, an `Error` says so: it is logged, and the client may try again.
 *
 * @throws WsDefinitionError for options that are wrong, all of them together
 */
export function jwtAuthorize<Session extends JwtExpiry = JwtSession>(
  options: JwtAuthorizeOptions<Session>,
): (request: UpgradeRequest) => Promise<Session> {
  const problems = new Problems()
  const key = checkJwtOptions(options, problems) ? readJwtKey(options, problems) : undefined
  problems.throwIfAny()
  const check = compileCheck(options, key as JwtKey)
  const { from = ['header', 'subprotocol'], session } = options
  const sources = [...from]
  return async (request) => {
    const token = findToken(request, sources)
    if (token === undefined) throw new WsError(401, 'There is no token')
    if (token.length > MAX_LENGTH) throw new WsError(401, 'The token is too long')
    const verified = await check(token)
    // Without `session` there is no other type it could be.
    return session ? withExpiry(await session(verified)) : (verified as unknown as Session)
  }
}

/** Makes what tells a good token from a bad one. */
function compileCheck(
  options: JwtAuthorizeOptions<JwtExpiry>,
  { key, algorithms }: JwtKey,
): (token: string) => Promise<JwtSession> {
  const { clockTolerance = 5, requiredClaims = [], type, maxTokenAge } = options
  const rules: JWTVerifyOptions = {
    algorithms: [...algorithms],
    clockTolerance,
    requiredClaims: ['sub', 'exp', ...requiredClaims],
    ...partyRule('issuer', options.issuer),
    ...partyRule('audience', options.audience),
    ...(type !== undefined && { typ: type }),
    ...(maxTokenAge !== undefined && { maxTokenAge }),
  }
  return async (token) => {
    const claims = await verify(token, key, rules)
    return { user: userOf(claims), claims, expiresAt: endOf(claims, maxTokenAge, clockTolerance) }
  }
}

function partyRule(
  name: 'issuer' | 'audience',
  given: string | readonly string[] | false | undefined,
): JWTVerifyOptions {
  if (given === undefined || given === false) return {}
  return { [name]: typeof given === 'string' ? given : [...given] }
}

/** @throws WsError 401 for a bad token, and another error for what is not the client's fault */
async function verify(
  token: string,
  key: JwtKey['key'],
  rules: JWTVerifyOptions,
): Promise<JWTPayload> {
  try {
    return (await jwtVerify(token, key, rules)).payload
  } catch (error) {
    if (!(error instanceof errors.JWKSMultipleMatchingKeys)) throw toRefusal(error)
    return verifyByAny(token, error, rules)
  }
}

/** A token without `kid` may have been signed by several keys of the set. */
async function verifyByAny(
  token: string,
  keys: errors.JWKSMultipleMatchingKeys,
  rules: JWTVerifyOptions,
): Promise<JWTPayload> {
  let last: unknown = new errors.JWKSNoMatchingKey()
  for await (const key of keys) {
    try {
      return (await jwtVerify(token, key, rules)).payload
    } catch (error) {
      last = error
      if (!(error instanceof errors.JWSSignatureVerificationFailed)) break
    }
  }
  throw toRefusal(last)
}

/** The claim `sub`, of which jose asks only that it is there. */
function userOf({ sub }: { sub?: unknown }): string {
  if (typeof sub === 'string' && sub !== '') return sub
  throw new WsError(401, 'The claim "sub" of the token is wrong')
}

/** Milliseconds since the epoch; jose has seen to it that the claims are numbers. */
function endOf(
  { exp, iat }: JWTPayload,
  maxTokenAge: number | undefined,
  clockTolerance: number,
): number {
  const oldest = maxTokenAge === undefined ? Infinity : (iat as number) + maxTokenAge
  return (Math.min(exp as number, oldest) + clockTolerance) * 1000
}

/**
 * A session that says nothing of its end would outlive its token.
 *
 * @throws TypeError when it does not
 */
function withExpiry<Session extends JwtExpiry>(session: Session): Session {
  const given = session as Partial<JwtExpiry> | null | undefined
  if (given?.expiresAt === undefined) {
    throw new TypeError(
      'jwtAuthorize: session must return an object with expiresAt: that of the token, or null for never',
    )
  }
  return session
}
