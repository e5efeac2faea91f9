/** What an app is doing. */
export type WsAppStatus = 'created' | 'starting' | 'listening' | 'closing' | 'closed'

/** Rejects `app.listen` when it is not the moment for it: the app listens already, or has been closed. */
export class WsStateError extends Error {
  override readonly name = 'WsStateError'
  /** What the app was doing. */
  readonly status: WsAppStatus

  constructor(message: string, status: WsAppStatus) {
    super(message)
    this.status = status
  }
}
