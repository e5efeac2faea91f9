import {
  ContentAny,
  ContentDoc,
  ContentEmbed,
  ContentFormat,
  ContentJSON,
  decodeUpdate,
  Item,
} from 'yjs'
import { WsError } from '../errors/ws-error.js'

/** How deep a value in a document may be: as deep as a message of Enfilade. */
const MAX_DEPTH = 32

/** Ten changes a millisecond need a century for it; beyond 2^53 nothing could read it any more. */
const MAX_CLOCK = 2 ** 45

/** Would be the prototype of what `toJSON` returns. */
const NO_KEY = '__proto__'

/**
 * Reads the whole of an update before a document sees any of it.
 *
 * @throws WsError 400 for what is none, and for what could not be stored or read by everybody
 */
export function checkUpdate(update: Uint8Array): void {
  const { structs, ds } = decode(update)
  for (const struct of structs) {
    if (struct.id.clock + struct.length > MAX_CLOCK) throw new WsError(400, 'A clock is too large')
    if (struct instanceof Item) checkItem(struct)
  }
  for (const ranges of ds.clients.values()) {
    for (const { clock, len } of ranges) {
      if (clock + len > MAX_CLOCK) throw new WsError(400, 'A clock is too large')
    }
  }
}

function decode(update: Uint8Array): ReturnType<typeof decodeUpdate> {
  try {
    return decodeUpdate(update)
  } catch {
    throw new WsError(400, 'The update cannot be read')
  }
}

function checkItem({ parent, parentSub, content }: Item): void {
  checkKey(parentSub)
  if (typeof parent === 'string') checkKey(parent)
  if (content instanceof ContentAny || content instanceof ContentJSON) {
    checkValue(content.arr, -1)
  } else if (content instanceof ContentEmbed) checkValue(content.embed)
  else if (content instanceof ContentFormat) {
    checkKey(content.key)
    checkValue(content.value)
  } else if (content instanceof ContentDoc) checkValue(content.opts)
}

function checkKey(key: string | null): void {
  if (key === NO_KEY) throw new WsError(400, `"${NO_KEY}" is no name`)
}

function checkValue(value: unknown, depth = 0): void {
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return
  if (depth > MAX_DEPTH) throw new WsError(400, `A value is ${MAX_DEPTH} levels deep at most`)
  if (Array.isArray(value)) {
    for (const item of value as unknown[]) checkValue(item, depth + 1)
    return
  }
  // What Yjs reads has the prototype of every object, unless the sender chose another.
  if (Object.getPrototypeOf(value) !== Object.prototype) checkKey(NO_KEY)
  for (const [key, item] of Object.entries(value)) {
    checkKey(key)
    checkValue(item, depth + 1)
  }
}
