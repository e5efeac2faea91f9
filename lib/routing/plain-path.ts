import type { Params } from './params.js'
import type { Segment } from './pattern.js'

/**
 * The paths of a pattern of texts and whole parameters, read from left to right: where it is the
 * only one, a tree would only be a detour.
 */
export class PlainPath {
  readonly #names: readonly string[]
  /** What stands before each parameter, and behind the last. */
  readonly #texts: readonly string[]

  private constructor(names: readonly string[], texts: readonly string[]) {
    this.#names = names
    this.#texts = texts
  }

  /** @returns `undefined` for a pattern with anything else */
  static of(segments: readonly Segment[]): PlainPath | undefined {
    const names: string[] = []
    const texts: string[] = []
    let text = ''
    for (const segment of segments) {
      if (segment.kind === 'static') {
        text += `/${segment.text}`
      } else if (segment.kind === 'param') {
        names.push(segment.name)
        texts.push(`${text}/`)
        text = ''
      } else {
        return undefined
      }
    }
    return new PlainPath(names, [...texts, text])
  }

  /** @returns the parameters as they stand in the path; `undefined` for another path */
  match(path: string): Params | undefined {
    const texts = this.#texts
    const names = this.#names
    const params: Record<string, string> = {}
    let at = 0
    for (let index = 0; index < names.length; index++) {
      const text = texts[index] as string
      if (!stands(text, path, at)) return undefined
      at += text.length
      const slash = path.indexOf('/', at)
      const end = slash === -1 ? path.length : slash
      if (end === at) return undefined
      params[names[index] as string] = path.slice(at, end)
      at = end
    }
    const rest = texts[names.length] as string
    return at + rest.length === path.length && stands(rest, path, at) ? params : undefined
  }
}

/** Character by character: `startsWith` takes three times as long for texts as short as these. */
function stands(text: string, path: string, at: number): boolean {
  for (let index = 0; index < text.length; index++) {
    if (path.charCodeAt(at + index) !== text.charCodeAt(index)) return false
  }
  return true
}
