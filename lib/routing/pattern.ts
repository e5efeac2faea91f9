import { parse, pathToRegexp, type Token } from 'path-to-regexp'

/** One segment of a path: text that must be equal, one value, a mixture, or all that is left. */
export type Segment =
  | { readonly kind: 'static'; readonly text: string }
  | { readonly kind: 'param'; readonly name: string }
  | { readonly kind: 'mixed'; readonly names: readonly string[]; readonly regexp: RegExp }
  | { readonly kind: 'wildcard'; readonly name: string }

/** A path pattern, read. A pattern with optional groups has a variant for each combination. */
export interface Pattern {
  readonly source: string
  readonly variants: readonly (readonly Segment[])[]
  /** Names that every variant has. */
  readonly required: readonly string[]
  /** Names that some variant has. */
  readonly names: readonly string[]
}

/** What path-to-regexp gives a meaning to; everything else is text. */
const SPECIAL = /[{}()[\]+?!:*\\]/

/** A parameter that is a whole segment, with a name that needs no look at Unicode. */
const PLAIN_PARAM = /^:[A-Za-z_$][\w$]*$/

/** `2^5` variants are more than any real route has, and few enough to hold. */
const MAX_OPTIONAL_GROUPS = 5

/**
 * Reads a path-to-regexp pattern.
 *
 * @throws Error that says what is wrong with it
 */
export function parsePattern(source: string): Pattern {
  if (!source.startsWith('/')) throw new Error('a path starts with "/"')
  if (!SPECIAL.test(source)) return new StaticPattern(source)
  const plain = readPlain(source)
  const variants = plain ? [plain] : expand(parse(source).tokens).map(toSegments)
  const nameLists = variants.map((segments) => segments.flatMap(namesOf))
  const names = [...new Set(nameLists.flat())]
  for (const list of nameLists) {
    const twice = list.find((name, index) => list.indexOf(name) !== index)
    if (twice !== undefined) throw new Error(`the parameter ":${twice}" stands twice`)
  }
  // Where the parameter is left out, an object would answer with what it inherits.
  const inherited = names.find((name) => name in Object.prototype)
  if (inherited !== undefined) throw new Error(`a parameter may not be called ${inherited}`)
  const required = plain
    ? names
    : names.filter((name) => nameLists.every((list) => list.includes(name)))
  return { source, variants, required, names }
}

const NONE: readonly string[] = []

/** A path without parameters. Most are looked up whole: only a few have to be taken apart. */
class StaticPattern implements Pattern {
  readonly required = NONE
  readonly names = NONE

  constructor(readonly source: string) {}

  get variants(): readonly (readonly Segment[])[] {
    return [toTexts(this.source)]
  }
}

/** Whether a pattern matches nothing but its source, as it is written. */
export function isText(pattern: Pattern): boolean {
  return pattern instanceof StaticPattern
}

function toTexts(source: string): readonly Segment[] {
  return source
    .slice(1)
    .split('/')
    .map((text) => ({ kind: 'static', text }))
}

/**
 * Most patterns are texts and whole parameters between slashes: with a thousand routes it is felt at
 * start-up that path-to-regexp goes through each character by character. `undefined` for any other.
 */
function readPlain(source: string): readonly Segment[] | undefined {
  const segments: Segment[] = []
  for (const piece of source.slice(1).split('/')) {
    if (!SPECIAL.test(piece)) segments.push({ kind: 'static', text: piece })
    else if (PLAIN_PARAM.test(piece)) segments.push({ kind: 'param', name: piece.slice(1) })
    else return undefined
  }
  return segments
}

function namesOf(segment: Segment): readonly string[] {
  if (segment.kind === 'static') return []
  return segment.kind === 'mixed' ? segment.names : [segment.name]
}

/** Every way to take or leave the optional groups, in the order in which path-to-regexp tries them. */
function expand(tokens: readonly Token[]): readonly (readonly Token[])[] {
  const groups = countGroups(tokens)
  if (groups > MAX_OPTIONAL_GROUPS) {
    throw new Error(`${groups} optional groups; at most ${MAX_OPTIONAL_GROUPS} can be told apart`)
  }
  let lists: Token[][] = [[]]
  for (const token of tokens) {
    const choices = token.type === 'group' ? [...expand(token.tokens), []] : [[token]]
    lists = lists.flatMap((list) => choices.map((choice) => [...list, ...choice]))
  }
  return lists
}

function countGroups(tokens: readonly Token[]): number {
  return tokens.reduce(
    (count, token) => (token.type === 'group' ? count + 1 + countGroups(token.tokens) : count),
    0,
  )
}

function toSegments(tokens: readonly Token[]): readonly Segment[] {
  const pieces: Token[][] = []
  const push = (token: Token): void => {
    const last = pieces.at(-1)
    if (!last) throw new Error('a path starts with "/"')
    last.push(token)
  }
  for (const token of tokens) {
    if (token.type !== 'text') {
      push(token)
      continue
    }
    const [head = '', ...rest] = token.value.split('/')
    if (head !== '') push({ type: 'text', value: head })
    for (const text of rest) pieces.push(text === '' ? [] : [{ type: 'text', value: text }])
  }
  return pieces.map((piece, index) => toSegment(piece, index === pieces.length - 1))
}

function toSegment(piece: readonly Token[], isLast: boolean): Segment {
  const [only] = piece
  if (!only) return { kind: 'static', text: '' }
  const wildcard = piece.find((token) => token.type === 'wildcard')
  if (wildcard) {
    if (piece.length > 1 || !isLast) {
      throw new Error(`the wildcard "*${wildcard.name}" must be the last segment, alone`)
    }
    return { kind: 'wildcard', name: wildcard.name }
  }
  if (piece.length === 1 && only.type === 'text') return { kind: 'static', text: only.value }
  if (piece.length === 1 && only.type === 'param') return { kind: 'param', name: only.name }
  const { regexp, keys } = pathToRegexp({ tokens: piece }, { sensitive: true, trailing: false })
  return { kind: 'mixed', names: keys.map((key) => key.name), regexp }
}
