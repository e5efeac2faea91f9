import { nearest } from '../errors/nearest.js'
import { decodeParams, toParams, type Params } from './params.js'
import { PathTrie } from './path-trie.js'
import { isText, type Pattern, type Segment } from './pattern.js'

/** What a message matched. */
export interface RouteMatch<R> {
  readonly route: R
  /** Decoded; `undefined` when the path is no valid percent-encoding. */
  readonly params: Params | undefined
  /** As they stand in the path. */
  readonly raw: Params
}

interface EventRoutes<R> {
  /** Paths without parameters: one look-up. */
  readonly statics: Map<string, R>
  /** All other paths, when there are any. */
  trie: PathTrie<R> | undefined
  readonly patterns: string[]
}

/** Routes by event and path. Filled at start-up; only read afterwards. */
export class RouteTable<R> {
  readonly #events = new Map<string, EventRoutes<R>>()

  /** @returns the route that has this place already, when there is one; then nothing changes */
  add(event: string, pattern: Pattern, route: R): R | undefined {
    const routes = this.#events.get(event) ?? createEventRoutes<R>()
    const taken = isText(pattern)
      ? addText(routes, pattern.source, route)
      : addVariants(routes, pattern, route)
    if (taken !== undefined) return taken
    routes.patterns.push(pattern.source)
    this.#events.set(event, routes)
    return undefined
  }

  match(event: string, path: string): RouteMatch<R> | undefined {
    const routes = this.#events.get(event)
    if (!routes) return undefined
    const route = routes.statics.size > 0 ? routes.statics.get(path) : undefined
    if (route !== undefined) return { route, params: NO_PARAMS, raw: NO_PARAMS }
    const match = routes.trie?.match(path)
    if (!match) return undefined
    const raw = toParams(match.names, match.raw)
    const params = path.includes('%') ? decodeParams(raw) : raw
    return { route: match.value, params, raw }
  }

  /** Words for a 404: the nearest event of this path, or the nearest path of this event. */
  suggest(event: string, path: string): string | undefined {
    const routes = this.#events.get(event)
    if (routes) {
      const pattern = nearest(path, routes.patterns)
      return pattern === undefined ? undefined : `did you mean path "${pattern}"?`
    }
    const here = [...this.#events.keys()].filter((name) => this.match(name, path))
    const name = nearest(event, here.length > 0 ? here : [...this.#events.keys()])
    return name === undefined ? undefined : `did you mean event "${name}"?`
  }
}

const NO_PARAMS = toParams([], [])

function createEventRoutes<R>(): EventRoutes<R> {
  return { statics: new Map(), trie: undefined, patterns: [] }
}

/** @returns the route that has this path already */
function addText<R>({ statics }: EventRoutes<R>, path: string, route: R): R | undefined {
  const taken = statics.get(path)
  if (taken === undefined) statics.set(path, route)
  return taken
}

/** @returns the route that has one of these places already; then nothing changes */
function addVariants<R>(routes: EventRoutes<R>, pattern: Pattern, route: R): R | undefined {
  const { statics } = routes
  const paths: string[] = []
  const variants: (readonly Segment[])[] = []
  for (const segments of pattern.variants) {
    if (!isStatic(segments)) {
      variants.push(segments)
      continue
    }
    const path = toPath(segments)
    const taken = statics.get(path)
    if (taken !== undefined) return taken
    paths.push(path)
  }
  if (variants.length > 0) {
    const trie = routes.trie ?? new PathTrie<R>()
    const taken = trie.add({ ...pattern, variants }, route)
    if (taken !== undefined) return taken
    routes.trie = trie
  }
  for (const path of paths) statics.set(path, route)
  return undefined
}

function isStatic(segments: readonly Segment[]): boolean {
  return segments.every(({ kind }) => kind === 'static')
}

function toPath(segments: readonly Segment[]): string {
  return segments.map((segment) => `/${segment.kind === 'static' ? segment.text : ''}`).join('')
}
