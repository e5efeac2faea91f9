import type { UpgradeRequest } from './upgrade-request.js'

/** The request that a connection was opened with, and the token that it has sent since. */
export class TokenRequest implements UpgradeRequest {
  readonly #request: UpgradeRequest

  constructor(
    request: UpgradeRequest,
    readonly token: string | undefined,
  ) {
    this.#request = request
  }

  get path(): string {
    return this.#request.path
  }

  get query(): URLSearchParams {
    return this.#request.query
  }

  get params(): UpgradeRequest['params'] {
    return this.#request.params
  }

  get headers(): UpgradeRequest['headers'] {
    return this.#request.headers
  }

  get cookies(): UpgradeRequest['cookies'] {
    return this.#request.cookies
  }

  get subprotocols(): readonly string[] {
    return this.#request.subprotocols
  }

  get origin(): string | undefined {
    return this.#request.origin
  }

  get remoteAddress(): string {
    return this.#request.remoteAddress
  }
}
