/** What is known of a client before its connection is accepted. Stays readable after an await. */
export interface UpgradeRequest {
  /** Without the query. */
  readonly path: string
  readonly query: URLSearchParams
  /** Parameters of `upgradePath`, decoded. */
  readonly params: Readonly<Record<string, string>>
  /** By name in lower case; a header that came several times is joined by `, `. */
  readonly headers: Readonly<Record<string, string>>
  /** Decoded, by name. */
  readonly cookies: Readonly<Record<string, string | undefined>>
  /** What the client offered. */
  readonly subprotocols: readonly string[]
  /** The `Origin` header, if there was one. */
  readonly origin: string | undefined
  /** The client's address; that of the proxy unless `trustProxy` says otherwise. */
  readonly remoteAddress: string
  /** What the client sent in a `$token` message; `undefined` when it asks to be let in. */
  readonly token?: string | undefined
}
