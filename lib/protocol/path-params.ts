type Letter =
  | 'a'
  | 'b'
  | 'c'
  | 'd'
  | 'e'
  | 'f'
  | 'g'
  | 'h'
  | 'i'
  | 'j'
  | 'k'
  | 'l'
  | 'm'
  | 'n'
  | 'o'
  | 'p'
  | 'q'
  | 'r'
  | 's'
  | 't'
  | 'u'
  | 'v'
  | 'w'
  | 'x'
  | 'y'
  | 'z'
type NameCharacter =
  Letter | Uppercase<Letter> | '0' | '1' | '2' | '3' | '4' | '5' | '6' | '7' | '8' | '9' | '_' | '$'

type TakeName<
  Text extends string,
  Name extends string = '',
> = Text extends `${infer Character extends NameCharacter}${infer Rest}`
  ? TakeName<Rest, `${Name}${Character}`>
  : Name

type NamesAfter<
  Mark extends ':' | '*',
  Path extends string,
> = Path extends `${string}${Mark}${infer Rest}` ? TakeName<Rest> | NamesAfter<Mark, Rest> : never

type Names<Path extends string> = NamesAfter<':', Path> | NamesAfter<'*', Path>

type Simplify<T> = { [Key in keyof T]: T[Key] }

type Collect<Path extends string> = Path extends `${infer Before}{${infer Group}}${infer After}`
  ? Record<Names<Before>, string> & Partial<Record<Names<Group>, string>> & Collect<After>
  : Record<Names<Path>, string>

/** The parameters of a path pattern: `{ room: string }` for `/chat/:room`; those of `{…}` are optional. */
export type PathParams<Path extends string> = string extends Path
  ? Record<string, string | undefined>
  : Simplify<Collect<Path>>

/**
 * Fills a path pattern. Values are percent-encoded; those of a wildcard keep their `/`. An optional
 * group is taken when all its parameters are there.
 *
 * @throws TypeError when a parameter is missing or empty, or the pattern cannot be read
 */
export function fillPath(
  pattern: string,
  params: Readonly<Record<string, string | undefined>> = {},
): string {
  const filled = fill(pattern, params)
  if (typeof filled === 'string') return filled
  const { missing } = filled
  throw new TypeError(`The path ${pattern} needs a text for "${missing}" that is not empty`)
}

/** A group, an escaped character, a parameter or wildcard with its name, or one character. */
const PIECE =
  /\{((?:[^{}\\]|\\.|\{[^{}]*\})*)\}|\\(.)|([:*])(?:([\p{ID_Start}_$][\p{ID_Continue}$]*)|"([^"]+)")|[^]/gu

function fill(
  pattern: string,
  params: Readonly<Record<string, string | undefined>>,
): string | { missing: string } {
  let path = ''
  for (const match of pattern.matchAll(PIECE)) {
    const [piece, group, escaped, mark, name = match[5] ?? ''] = match
    if (group !== undefined) {
      const inner = fill(group, params)
      if (typeof inner === 'string') path += inner
    } else if (mark !== undefined) {
      const value = Object.hasOwn(params, name) ? params[name] : undefined
      if (typeof value !== 'string' || value === '') return { missing: name }
      path += mark === ':' ? encodeURIComponent(value) : encodeSegments(value)
    } else {
      path += escaped ?? piece
    }
  }
  return path
}

function encodeSegments(value: string): string {
  return value.split('/').map(encodeURIComponent).join('/')
}
