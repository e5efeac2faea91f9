/** Path parameters by name. */
export type Params = Readonly<Record<string, string>>

const NONE: Params = Object.freeze({})

/** Puts names and values together. A wildcard's value is all that is left of the path. */
export function toParams(names: readonly string[], values: readonly string[]): Params {
  if (names.length === 0) return NONE
  const params: Record<string, string> = {}
  for (let index = 0; index < names.length; index++) {
    params[names[index] as string] = values[index] as string
  }
  return params
}

/** @returns `undefined` when a value is no valid percent-encoding */
export function decodeParams(raw: Params): Params | undefined {
  const params: Record<string, string> = {}
  try {
    for (const name of Object.keys(raw)) params[name] = decodeURIComponent(raw[name] as string)
  } catch {
    return undefined
  }
  return params
}
