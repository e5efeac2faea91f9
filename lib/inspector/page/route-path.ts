/** What is written into a path, by the name of the parameter. */
type Values = Readonly<Record<string, string>>

const PART = /[:*](?:"((?:[^"\\]|\\.)*)"|([\p{ID_Start}$_][\p{ID_Continue}$]*))|\\(.)|([{}])/gu

/** The parameters of a route's path that it needs, and those that it may have. */
export function paramsOf(pattern: string): { readonly name: string; readonly isNeeded: boolean }[] {
  let depth = 0
  const params: { name: string; isNeeded: boolean }[] = []
  for (const [, quoted, plain, , brace] of pattern.matchAll(PART)) {
    if (brace !== undefined) depth += brace === '{' ? 1 : -1
    const name = quoted ?? plain
    if (name !== undefined) params.push({ name, isNeeded: depth === 0 })
  }
  return params
}

/**
 * The path that a pattern means with such values. A group in braces is left out when one of its
 * parameters has none.
 *
 * @throws Error that names a parameter that has no value and needs one
 */
export function fillPath(pattern: string, values: Values): string {
  const groups: { text: string; isEmpty: boolean }[] = [{ text: '', isEmpty: false }]
  const top = (): { text: string; isEmpty: boolean } =>
    groups.at(-1) ?? { text: '', isEmpty: false }
  let from = 0
  for (const match of pattern.matchAll(PART)) {
    const [all, quoted, plain, escaped, brace] = match
    top().text += pattern.slice(from, match.index)
    from = match.index + all.length
    const name = quoted ?? plain
    if (name !== undefined) {
      const value = write(all.startsWith('*'), values[name] ?? '')
      if (value === '' && groups.length === 1) throw new Error(`"${name}" of the path is missing`)
      if (value === '') top().isEmpty = true
      top().text += value
    } else if (brace === '{') groups.push({ text: '', isEmpty: false })
    else if (brace === '}') {
      const group = groups.pop()
      if (group && !group.isEmpty) top().text += group.text
    } else top().text += escaped ?? ''
  }
  return top().text + pattern.slice(from)
}

/** A wildcard may have several segments. */
function write(isWildcard: boolean, value: string): string {
  return isWildcard ? value.split('/').map(encodeURIComponent).join('/') : encodeURIComponent(value)
}
