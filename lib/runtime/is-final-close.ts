import { CLOSE_CODES } from '../protocol/close-codes.js'

/** Whether a client that was closed so will not come back, or was told not to. */
export function isFinalClose(code: number, isByServer: boolean): boolean {
  if (code >= 4000 || code === 1000) return true
  // A browser that leaves the page sends it, too; from the server it means: come again.
  return code === CLOSE_CODES.GOING_AWAY && !isByServer
}
