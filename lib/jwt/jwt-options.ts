import type { JWK } from 'jose'
import type { MaybePromise } from '../async/maybe-promise.js'
import type { JwtAlgorithm } from './jwt-algorithms.js'

/**
 * Where a token may be:
 * - `'header'`: `Authorization: Bearer …`, which browsers cannot set on a WebSocket
 * - `'subprotocol'`: `new WebSocket(url, ['enfilade.v1', token])`, or `bearer.` and the token
 * - `{ cookie }`: sent by browsers themselves, so mind the option `origins`
 * - `{ query }`: ends in the logs of servers and proxies, and in the history of browsers
 */
export type JwtSource =
  'header' | 'subprotocol' | { readonly cookie: string } | { readonly query: string }

/** A key set behind a URL, as identity providers have one. */
export interface JwksSource {
  /** `https:`; `http:` for the local host, or with `allowHttp`. */
  readonly url: string | URL
  /** Seconds that fetched keys are used for. Default: 600, as in jose. */
  readonly cacheMaxAge?: number
  /**
   * Seconds after a fetch in which a token with an unknown key does not cause another, so that nobody
   * can make the server fetch at will. Default: 30, as in jose.
   */
  readonly cooldown?: number
  /** Seconds that a fetch may take. Default: 5, as in jose. */
  readonly timeout?: number
  /** Sent with the request. Default: none. */
  readonly headers?: Readonly<Record<string, string>>
  /** Whoever can change the answer of an `http:` URL can sign any token. Default: false. */
  readonly allowHttp?: boolean
}

/** The payload of a token that has been verified. */
export interface JwtClaims {
  readonly iss?: string
  readonly sub?: string
  readonly aud?: string | string[]
  readonly jti?: string
  /** Seconds since the epoch, as all times in claims. */
  readonly nbf?: number
  readonly exp?: number
  readonly iat?: number
  readonly [claim: string]: unknown
}

/** What every session says: when it ends, in milliseconds since the epoch; `null` for never. */
export interface JwtExpiry {
  readonly expiresAt: number | Date | null
}

/** The session of a connection that was let in by a token. */
export interface JwtSession extends JwtExpiry {
  /** The claim `sub`. */
  readonly user: string
  readonly claims: JwtClaims
  /** When the token is no longer accepted, clock tolerance included, in milliseconds since the epoch. */
  readonly expiresAt: number
}

/** What {@link jwtAuthorize} takes. One of `secret`, `publicKey` and `jwks` is required. */
export interface JwtAuthorizeOptions<Session extends JwtExpiry = JwtSession> {
  /** A shared secret of 32 bytes at least (48 for HS384, 64 for HS512). Text counts as UTF-8. */
  readonly secret?: string | Uint8Array
  /** One public key: PEM (also of a certificate), or a JWK. */
  readonly publicKey?: string | JWK
  /** A key set: keys may come and go in it while the server runs. */
  readonly jwks?: string | URL | JwksSource
  /**
   * Algorithms to accept. Default: HS256 for `secret`, those that fit the key for `publicKey` (its
   * own for a JWK with `alg`), all with public keys for `jwks`.
   */
  readonly algorithms?: readonly JwtAlgorithm[]
  /** The claim `iss`, or those accepted. Required for `jwks`; `false` says that it does not matter. */
  readonly issuer?: string | readonly string[] | false
  /**
   * Whom a token is for, the claim `aud`; one of several is enough. Required for `jwks`, whose
   * provider signs tokens for other applications, too; `false` says that it does not matter.
   */
  readonly audience?: string | readonly string[] | false
  /** The header `typ`, such as `at+jwt` for access tokens (RFC 9068). Default: any. */
  readonly type?: string
  /** Claims a token has to have beside `sub` and `exp`. Default: none. */
  readonly requiredClaims?: readonly string[]
  /** Seconds that clocks may differ, 0 to 300. Default: 5. */
  readonly clockTolerance?: number
  /** Seconds after the claim `iat` that a token is accepted. Default: as long as `exp` says. */
  readonly maxTokenAge?: number
  /**
   * Where to look for a token, in this order; the first that is found counts. A `$token` message is
   * always heard, and comes first. Default: `['header', 'subprotocol']`.
   */
  readonly from?: readonly JwtSource[]
  /**
   * Makes the session of what is in a token, perhaps by asking elsewhere; a thrown `WsError` refuses.
   * Default: `{ user, claims, expiresAt }`.
   */
  readonly session?: (token: JwtSession) => MaybePromise<Session>
}
