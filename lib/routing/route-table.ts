import { nearest } from '../errors/nearest.js'
import { decodeParams, toParams, type Params } from './params.js'
import { PathTrie } from './path-trie.js'
import { PlainPath } from './plain-path.js'
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
  /** The first path without parameters, which needs no look-up; the others need one. */
  firstPath: string | undefined
  firstRoute: R | undefined
  statics: Map<string, R> | undefined
  /** The only pattern with parameters, where it is as simple as most. */
  onlyPath: PlainPath | undefined
  onlyRoute: R | undefined
  /** All paths with parameters, when there are any. */
  trie: PathTrie<R> | undefined
  readonly patterns: string[]
}

/** Routes by event and path. Filled at start-up; only read afterwards. */
export class RouteTable<R> {
  readonly #events = new Map<string, EventRoutes<R>>()

  /** @returns the route that has this place already, when there is one; then nothing changes */
  add(event: string, pattern: Pattern, route: R): R | undefined {
    const known = this.#events.get(event)
    const routes = known ?? createEventRoutes<R>(pattern)
    const taken = isText(pattern)
      ? addText(routes, pattern.source, route)
      : addVariants(routes, pattern, route)
    if (taken !== undefined) return taken
    if (known) known.patterns.push(pattern.source)
    else this.#events.set(event, routes)
    return undefined
  }

  match(event: string, path: string): RouteMatch<R> | undefined {
    const routes = this.#events.get(event)
    if (!routes) return undefined
    const route = findText(routes, path)
    if (route !== undefined) return { route, params: NO_PARAMS, raw: NO_PARAMS }
    const { onlyPath } = routes
    if (onlyPath !== undefined) {
      const raw = onlyPath.match(path)
      return raw && toMatch(routes.onlyRoute as R, path, raw)
    }
    const match = routes.trie?.match(path)
    return match && toMatch(match.value, path, toParams(match.names, match.raw))
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

function toMatch<R>(route: R, path: string, raw: Params): RouteMatch<R> {
  return { route, params: path.includes('%') ? decodeParams(raw) : raw, raw }
}

/** Asking a map costs more than comparing, since the path has to be hashed: most events have one. */
function findText<R>(
  { firstPath, firstRoute, statics }: EventRoutes<R>,
  path: string,
): R | undefined {
  if (firstPath === path) return firstRoute
  return statics?.get(path)
}

function createEventRoutes<R>({ source }: Pattern): EventRoutes<R> {
  return {
    firstPath: undefined,
    firstRoute: undefined,
    statics: undefined,
    onlyPath: undefined,
    onlyRoute: undefined,
    trie: undefined,
    patterns: [source],
  }
}

/** @returns the route that has this path already */
function addText<R>(routes: EventRoutes<R>, path: string, route: R): R | undefined {
  const taken = findText(routes, path)
  if (taken !== undefined) return taken
  if (routes.firstPath === undefined) {
    routes.firstPath = path
    routes.firstRoute = route
  } else {
    routes.statics ??= new Map()
    routes.statics.set(path, route)
  }
  return undefined
}

/** @returns the route that has one of these places already; then nothing changes */
function addVariants<R>(routes: EventRoutes<R>, pattern: Pattern, route: R): R | undefined {
  const paths: string[] = []
  const variants: (readonly Segment[])[] = []
  for (const segments of pattern.variants) {
    if (!isStatic(segments)) {
      variants.push(segments)
      continue
    }
    const path = toPath(segments)
    const taken = findText(routes, path)
    if (taken !== undefined) return taken
    paths.push(path)
  }
  if (variants.length > 0) {
    const trie = routes.trie ?? new PathTrie<R>()
    const taken = trie.add({ ...pattern, variants }, route)
    if (taken !== undefined) return taken
    routes.onlyPath = routes.trie ? undefined : onlyOf(variants)
    routes.onlyRoute = route
    routes.trie = trie
  }
  for (const path of paths) addText(routes, path, route)
  return undefined
}

function onlyOf([segments, another]: readonly (readonly Segment[])[]): PlainPath | undefined {
  return segments && !another ? PlainPath.of(segments) : undefined
}

function isStatic(segments: readonly Segment[]): boolean {
  return segments.every(({ kind }) => kind === 'static')
}

function toPath(segments: readonly Segment[]): string {
  return segments.map((segment) => `/${segment.kind === 'static' ? segment.text : ''}`).join('')
}
