const PART = /[:*](?:"((?:[^"\\]|\\.)*)"|([\p{ID_Start}$_][\p{ID_Continue}$]*))|\\.|([{}])/gu

/** A parameter of a route's path. */
export interface PathParam {
  readonly name: string
  /** Not in braces: without it there is no path. */
  readonly isNeeded: boolean
}

/** The parameters of a route's path, in order. */
export function paramsOf(pattern: string): PathParam[] {
  let depth = 0
  const params: PathParam[] = []
  for (const [, quoted, plain, brace] of pattern.matchAll(PART)) {
    if (brace !== undefined) depth += brace === '{' ? 1 : -1
    const name = quoted ?? plain
    if (name !== undefined) params.push({ name, isNeeded: depth === 0 })
  }
  return params
}
