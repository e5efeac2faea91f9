import type { UpgradeRequest } from '../runtime/upgrade-request.js'
import type { JwtSource } from './jwt-options.js'

/** RFC 6750, 2.1: the scheme in any case, and one token. */
const BEARER = /^bearer +([\w+./~-]+=*)$/i

/** Three parts in base64url, the first of which is that of a JSON object. */
const JWT = /^ey[\w-]+\.[\w-]+\.[\w-]+$/

const BEARER_SUBPROTOCOL = 'bearer.'

/** The token of a request: that of a `$token` message, else the first one found. */
export function findToken(
  request: UpgradeRequest,
  sources: readonly JwtSource[],
): string | undefined {
  if (isText(request.token)) return request.token
  for (const source of sources) {
    const token = tokenFrom(request, source)
    if (isText(token)) return token
  }
  return undefined
}

function tokenFrom(request: UpgradeRequest, source: JwtSource): string | null | undefined {
  if (source === 'header') return BEARER.exec(request.headers.authorization ?? '')?.[1]
  if (source === 'subprotocol') return fromSubprotocols(request.subprotocols)
  if ('cookie' in source) return ownValue(request.cookies, source.cookie)
  return request.query.get(source.query)
}

/** Beside `enfilade.v1`: a token as it is, or after `bearer.`. */
function fromSubprotocols(offered: readonly string[]): string | undefined {
  const marked = offered.find((name) => name.startsWith(BEARER_SUBPROTOCOL))
  return marked?.slice(BEARER_SUBPROTOCOL.length) ?? offered.find((name) => JWT.test(name))
}

function ownValue(record: Readonly<Record<string, string | undefined>>, name: string) {
  return Object.hasOwn(record, name) ? record[name] : undefined
}

function isText(token: string | null | undefined): token is string {
  return typeof token === 'string' && token !== ''
}
