import { WireError } from './wire-error.js'

/** An error reply as plain fields, for `toEqual`. */
export interface CallFailure {
  code: number
  message: string
  details?: unknown
}

/** What a call failed with. Throws when it succeeded, or failed without an error reply. */
export async function failureOf(call: Promise<unknown>): Promise<CallFailure> {
  let value: unknown
  try {
    value = await call
  } catch (error) {
    if (!(error instanceof WireError)) throw error
    const { code, message, details } = error
    return details === undefined ? { code, message } : { code, message, details }
  }
  throw new Error(`The call succeeded with ${JSON.stringify(value)}`)
}
