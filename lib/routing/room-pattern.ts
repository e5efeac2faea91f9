import { compile } from 'path-to-regexp'
import { decodeParams, type Params } from './params.js'
import { compileRawMatcher, type PathMatcher } from './path-matcher.js'
import { isText, type Pattern, type Segment } from './pattern.js'

/**
 * Fills a room pattern with parameters as they stand in the path. They are not decoded, so that no
 * value can bring a `/` into the name of a room, and `/chat/:room` filled from `/chat/x` is `/chat/x`.
 *
 * @returns a function that throws a `TypeError` when a value is missing
 */
export function compileRoomName(pattern: Pattern): (raw: Params) => string {
  const { source, names, variants } = pattern
  if (isText(pattern)) return () => source
  const [segments] = variants
  if (segments && variants.length === 1 && segments.every(isPlain)) {
    return (raw) => fill(segments, raw)
  }
  if (names.length === 0) {
    const name = compile(source)({})
    return () => name
  }
  // Unencoded, a wildcard is filled as it was matched: with one string.
  return compile(source, { encode: false })
}

function isPlain({ kind }: Segment): boolean {
  return kind === 'static' || kind === 'param'
}

/** Of texts and whole parameters: path-to-regexp takes longer, for each push to such a room. */
function fill(segments: readonly Segment[], raw: Params): string {
  let room = ''
  for (const segment of segments) {
    if (segment.kind === 'param') room += `/${valueOf(raw, segment.name)}`
    else if (segment.kind === 'static') room += `/${segment.text}`
  }
  return room
}

function valueOf(raw: Params, name: string): string {
  const value = raw[name]
  if (value === undefined) throw new TypeError(`Missing parameters: ${name}`)
  return value
}

/** Which rooms a pattern means, and the parameters in a room's name. */
export function compileRoomMatcher(pattern: Pattern): PathMatcher {
  const match = compileRawMatcher(pattern)
  return (room) => {
    const raw = match(room)
    // A room may be called anything: what cannot be decoded is handed over as it stands.
    return raw && room.includes('%') ? (decodeParams(raw) ?? raw) : raw
  }
}
