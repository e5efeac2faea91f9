import { WsError } from '../../errors/ws-error.js'

/** Whoever was asked does not own the document any more, or cannot be reached. */
export class OwnerGoneError extends WsError {
  /** @param isDenied whether it is certain that nothing was done */
  constructor(
    message: string,
    readonly isDenied: boolean,
  ) {
    super(503, message)
  }
}
