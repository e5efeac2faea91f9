import type { Pattern, Segment } from './pattern.js'

const SLASH = 0x2f

/** What a path matched: the value put in, and the parameters as they stand in the path. */
export interface PathMatch<T> {
  readonly value: T
  readonly names: readonly string[]
  readonly raw: readonly string[]
}

interface Leaf<T> {
  readonly value: T
  readonly names: readonly string[]
}

interface MixedEdge<T> {
  readonly source: string
  readonly regexp: RegExp
  readonly node: Node<T>
}

interface Node<T> {
  readonly statics: Map<string, Node<T>>
  readonly mixed: MixedEdge<T>[]
  param?: Node<T>
  wildcard?: Leaf<T>
  leaf?: Leaf<T>
}

function createNode<T>(): Node<T> {
  return { statics: new Map(), mixed: [] }
}

/**
 * A tree of path segments: the cost of a match depends on the length of the path, not on the number
 * of patterns. Static segments win over mixed ones, those over parameters, those over wildcards; a
 * branch that leads nowhere is left again.
 */
export class PathTrie<T> {
  readonly #root = createNode<T>()

  /** @returns the value that stands there already, when there is one; then nothing changes */
  add(pattern: Pattern, value: T): T | undefined {
    const spots = pattern.variants.map((segments) => this.#spot(segments))
    const taken = spots.find((spot) => spot.get())
    if (taken) return taken.get()?.value
    // Of two variants of one pattern that look alike the fuller one was first.
    for (const spot of spots) if (!spot.get()) spot.set(value)
    return undefined
  }

  match(path: string): PathMatch<T> | undefined {
    if (path.charCodeAt(0) !== SLASH) return undefined
    const raw: string[] = []
    const leaf = find(this.#root, path, 0, raw)
    return leaf && { value: leaf.value, names: leaf.names, raw }
  }

  #spot(segments: readonly Segment[]): { get(): Leaf<T> | undefined; set(value: T): void } {
    let node = this.#root
    const names: string[] = []
    for (const segment of segments) {
      if (segment.kind === 'wildcard') {
        const at = node
        names.push(segment.name)
        return { get: () => at.wildcard, set: (value) => (at.wildcard = { value, names }) }
      }
      node = descend(node, segment)
      if (segment.kind === 'param') names.push(segment.name)
      else if (segment.kind === 'mixed') names.push(...segment.names)
    }
    const at = node
    return { get: () => at.leaf, set: (value) => (at.leaf = { value, names }) }
  }
}

function descend<T>(node: Node<T>, segment: Exclude<Segment, { kind: 'wildcard' }>): Node<T> {
  if (segment.kind === 'param') return (node.param ??= createNode())
  if (segment.kind === 'mixed') {
    const { source } = segment.regexp
    const existing = node.mixed.find((edge) => edge.source === source)
    if (existing) return existing.node
    const edge = { source, regexp: segment.regexp, node: createNode<T>() }
    node.mixed.push(edge)
    return edge.node
  }
  const next = node.statics.get(segment.text) ?? createNode<T>()
  node.statics.set(segment.text, next)
  return next
}

/** `at` is the index of the slash before the segment. */
function find<T>(node: Node<T>, path: string, at: number, raw: string[]): Leaf<T> | undefined {
  if (at === path.length) return node.leaf
  const slash = path.indexOf('/', at + 1)
  const end = slash === -1 ? path.length : slash
  const text = path.slice(at + 1, end)
  // Asking an empty map costs as much: the text has to be hashed.
  const next = node.statics.size > 0 ? node.statics.get(text) : undefined
  const found = next && find(next, path, end, raw)
  if (found) return found
  const value = text === '' ? undefined : findValue(node, path, { text, end }, raw)
  if (value) return value
  // Of a path all of whose segments are wanted, the empty ones are too.
  if (!node.wildcard || at + 1 === path.length) return undefined
  raw.push(path.slice(at + 1))
  return node.wildcard
}

function findValue<T>(
  node: Node<T>,
  path: string,
  { text, end }: { text: string; end: number },
  raw: string[],
): Leaf<T> | undefined {
  const depth = raw.length
  for (const edge of node.mixed) {
    const values = edge.regexp.exec(text)
    if (!values) continue
    raw.push(...values.slice(1))
    const found = find(edge.node, path, end, raw)
    if (found) return found
    raw.length = depth
  }
  if (node.param) {
    raw.push(text)
    const found = find(node.param, path, end, raw)
    if (found) return found
    raw.length = depth
  }
  return undefined
}
