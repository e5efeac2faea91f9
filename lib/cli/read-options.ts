import { usageError } from './cli-error.js'
import type { CliCall } from './command.js'

type Options = CliCall['options']

/** What a number of an option may be. */
export interface NumberRange {
  readonly min: number
  readonly max: number
  /** Default: false, any number. */
  readonly isWhole?: boolean
}

/** The text of an option; `undefined` when it was not given. */
export function readText(options: Options, name: string): string | undefined {
  const value = options[name]
  if (value === '') throw usageError(`--${name} is empty`)
  return value === true ? undefined : value
}

/**
 * The number of an option.
 *
 * @returns `undefined` when the option was not given
 * @throws CliError when it is none, or out of range
 */
export function readNumber(options: Options, name: string, range: NumberRange): number | undefined {
  const text = readText(options, name)
  return text === undefined ? undefined : toNumber(text, `--${name}`, range)
}

/** @param what names it in the error */
export function toNumber(text: string, what: string, range: NumberRange): number {
  const { min, max, isWhole = false } = range
  const value = text.trim() === '' ? NaN : Number(text)
  if (value >= min && value <= max && (!isWhole || Number.isInteger(value))) return value
  const kind = isWhole ? 'a whole number' : 'a number'
  throw usageError(`${what} is "${text}", but has to be ${kind} from ${min} to ${max}`)
}
