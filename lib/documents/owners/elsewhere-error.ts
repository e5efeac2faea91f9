import { WsError } from '../../errors/ws-error.js'

/** A document cannot be opened here: another process owns it. */
export class ElsewhereError extends WsError {
  /** Of the process. */
  readonly owner: string

  constructor(path: string, owner: string) {
    super(409, `The document "${path.slice(0, 100)}" is open in another process`)
    this.owner = owner
  }
}
