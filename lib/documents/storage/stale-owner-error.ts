import { DocumentStorageError } from './document-storage-error.js'

/** The document belongs to another process by now: nothing was written, and nothing will be. */
export class StaleOwnerError extends DocumentStorageError {
  override readonly name = 'StaleOwnerError'

  constructor(key: string, options?: ErrorOptions) {
    super(`"${key}" belongs to another process by now`, options)
  }
}
