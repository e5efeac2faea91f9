import { WsError } from '../errors/ws-error.js'

/** One rule that a field broke: an entry of `details` in a 400. */
export interface FieldError {
  /** Where, as in `items.0.name`; empty for the data itself. */
  readonly field: string
  /** The rule's name, as class-validator has it: `isString`. */
  readonly rule: string
  readonly message: string
}

/** A message of thousands of wrong items would be answered by one many times its size. */
const MAX_DETAILS = 100

/** The 400 of data that is not valid; it names 100 faults at most. */
export function dataError(details: readonly FieldError[]): WsError {
  return new WsError(400, 'Invalid data', details.slice(0, MAX_DETAILS))
}

/** The 400 of data that is not even of the right kind. */
export function kindError(rule: string, message: string): WsError {
  return dataError([{ field: '', rule, message }])
}
