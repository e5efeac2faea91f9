/** An error reply of the server, as it stood on the wire. */
export class WireError extends Error {
  override readonly name = 'WireError'

  constructor(
    readonly code: number,
    message: string,
    readonly details?: unknown,
  ) {
    super(message)
  }
}

/** The server answered an upgrade with something else than 101. */
export class UpgradeRefused extends Error {
  override readonly name = 'UpgradeRefused'

  constructor(
    readonly status: number,
    readonly headers: Readonly<Record<string, string | string[] | undefined>>,
    readonly body: string,
  ) {
    super(`The upgrade was answered with ${status} ${body}`.trim())
  }
}
