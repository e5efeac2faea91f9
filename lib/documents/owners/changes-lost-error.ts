import { WsError } from '../../errors/ws-error.js'

/**
 * What was changed is not there any more: the process that owned the document was lost before it was
 * durable, and another one has gone on without it. It may be done again.
 */
export class ChangesLostError extends WsError {
  constructor(path: string) {
    super(
      503,
      `What was changed in "${path.slice(0, 100)}" was lost with the owner of the document`,
    )
  }
}
