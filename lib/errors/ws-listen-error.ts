/** Rejects `app.listen` when the address cannot be had: port in use, no permission, bad host. */
export class WsListenError extends Error {
  override readonly name = 'WsListenError'
  readonly port: number
  readonly host: string | undefined

  constructor(message: string, port: number, host?: string) {
    super(message)
    this.port = port
    this.host = host
  }
}
