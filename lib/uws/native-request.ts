import type * as Cookie from 'cookie'
import { createRequire } from 'node:module'
import type { HttpRequest, HttpResponse } from 'uWebSockets.js'
import { listSubprotocols } from '../protocol/subprotocol.js'
import type { UpgradeRequest } from '../runtime/upgrade-request.js'
import { formatAddress, type AddressReader } from './remote-address.js'

let cookie: typeof Cookie | undefined

/** Loaded with the first `authorize` that asks for cookies. */
function loadCookie(): typeof Cookie {
  return (cookie ??= createRequire(import.meta.url)('cookie') as typeof Cookie)
}

/**
 * A copy of an upgrade request, since uWebSockets.js takes the original back with the first await.
 * What `authorize` may not ask for is read when it does.
 */
export class NativeRequest implements UpgradeRequest {
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly remoteAddress: string
  /** Header names that came more than once. */
  readonly repeated: ReadonlySet<string>
  params: Readonly<Record<string, string>> = {}
  readonly #query: string
  #parsedQuery: URLSearchParams | undefined
  #cookies: Readonly<Record<string, string | undefined>> | undefined

  constructor(response: HttpResponse, request: HttpRequest, readAddress: AddressReader) {
    this.method = request.getMethod()
    this.path = request.getUrl()
    this.#query = request.getQuery()
    const headers: Record<string, string> = Object.create(null) as Record<string, string>
    const repeated = new Set<string>()
    request.forEach((name, value) => {
      const before = headers[name]
      if (before !== undefined) repeated.add(name)
      headers[name] = before === undefined ? value : `${before}, ${value}`
    })
    this.headers = headers
    this.repeated = repeated
    const socketAddress = formatAddress(response.getRemoteAddress())
    this.remoteAddress = readAddress({ socketAddress, headers })
  }

  get query(): URLSearchParams {
    return (this.#parsedQuery ??= new URLSearchParams(this.#query))
  }

  get cookies(): Readonly<Record<string, string | undefined>> {
    return (this.#cookies ??= loadCookie().parse(this.header('cookie')))
  }

  get subprotocols(): readonly string[] {
    return listSubprotocols(this.header('sec-websocket-protocol'))
  }

  get origin(): string | undefined {
    return this.headers.origin
  }

  /** The header's value, or an empty string. */
  header(name: string): string {
    return this.headers[name] ?? ''
  }
}
