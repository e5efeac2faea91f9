/** Where an app was to listen. */
export interface ListenAddress {
  readonly port: number
  readonly host: string | undefined
}

/**
 * Rejects `app.listen` when the app cannot start: the address cannot be had (port in use, no
 * permission, bad host), or the broadcast transport cannot subscribe, whose error is the `cause`. It
 * may be called again.
 */
export class WsListenError extends Error {
  override readonly name = 'WsListenError'
  readonly port: number
  readonly host: string | undefined

  constructor(message: string, { port, host }: ListenAddress, options?: ErrorOptions) {
    super(message, options)
    this.port = port
    this.host = host
  }
}
