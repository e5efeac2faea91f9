import { WsError } from '../../errors/ws-error.js'

/**
 * The process that owns a document was lost, or did not answer in time, after it had been asked to change
 * something: it may have been done, or not.
 */
export class UnknownOutcomeError extends WsError {
  /** @param cause why there is no answer */
  constructor(path: string, cause: unknown) {
    super(
      504,
      `Whether "${path.slice(0, 100)}" was changed is not known: its owner does not answer`,
    )
    this.cause = cause
  }
}
