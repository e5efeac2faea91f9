import { escapeText, isPlainText } from './escape.js'

/** What stands between two values: by key, then by {@link State}, for a text and for anything else. */
type Leads = readonly [string, string, string, string, string, string]

/** What a value is written behind: the brace, another value, a text whose quote is still to come. */
type State = 0 | 1 | 2
const FIRST = 0
const AFTER_VALUE = 1
const IN_TEXT = 2
/** From the leads of texts to those of anything else. */
const VALUES = 3

/** Keys that are kept: those of an app's data are few, but a dictionary may have any. */
const MOST_KEYS = 1024
/** Of an object: what has more is no message, and `JSON.stringify` makes up for its start. */
const MOST_FIELDS = 32
/** Of a list, as with fields. */
const MOST_ITEMS = 16
/** Objects and lists in objects. */
const DEPTH = 2

const leads = new Map<string, Leads>()
/** Prototypes whose objects are written as they look. */
const plain = new WeakSet<object>([Object.prototype])

/**
 * What `JSON.stringify` gives, in half the time for objects of a few texts and numbers, as most
 * messages are; everything else is left to it. The text is put together of as few pieces as there
 * can be.
 *
 * @returns `undefined` for what JSON leaves out
 * @throws TypeError when the data cannot be written as JSON
 */
export function writeJson(data: unknown): string | undefined {
  const text = typeof data === 'object' && data !== null ? writeObject(data, DEPTH) : undefined
  return text ?? JSON.stringify(data)
}

/** @returns `undefined` for an object that it takes `JSON.stringify` to write */
function writeObject(data: object, depth: number): string | undefined {
  if (!isPlain(data)) return undefined
  let text = ''
  let state: State = FIRST
  let fields = 0
  for (const key in data) {
    // What an object inherits is none of its fields. Asked like this, it costs nothing in the loop.
    const isOwn = Object.prototype.hasOwnProperty.call(data, key)
    if (!isOwn || ++fields > MOST_FIELDS) return undefined
    const value: unknown = (data as Record<string, unknown>)[key]
    if (typeof value === 'string' && isPlainText(value)) {
      text += leadsOf(key)[state] + value
      state = IN_TEXT
      continue
    }
    const written = writeValue(value, depth)
    if (written === undefined) return undefined
    if (written === '') continue
    text += (leadsOf(key)[state + VALUES] as string) + written
    state = AFTER_VALUE
  }
  if (state === FIRST) return '{}'
  return state === IN_TEXT ? `${text}"}` : `${text}}`
}

/** @returns empty for what JSON leaves out, `undefined` as {@link writeObject} does */
function writeValue(value: unknown, depth: number): string | undefined {
  switch (typeof value) {
    case 'string':
      return JSON.stringify(value)
    case 'number':
      return Number.isFinite(value) ? String(value) : 'null'
    case 'boolean':
      return value ? 'true' : 'false'
    case 'object':
      if (value === null) return 'null'
      // It would learn the name of its field.
      if ((value as { toJSON?: unknown }).toJSON !== undefined) return undefined
      return (depth > 0 ? writeNested(value, depth - 1) : undefined) ?? JSON.stringify(value)
    case 'undefined':
      return ''
    default:
      return undefined
  }
}

function writeNested(value: object, depth: number): string | undefined {
  if (!Array.isArray(value)) return writeObject(value, depth)
  return value.length <= MOST_ITEMS ? writeList(value, depth) : undefined
}

function writeList(list: readonly unknown[], depth: number): string | undefined {
  let text = ''
  for (const item of list) {
    const isQuoted = typeof item === 'string' && isPlainText(item)
    // What an object leaves out is `null` in a list; a function may have to be asked.
    const written = isQuoted ? `"${item}"` : writeValue(item, depth)
    if (written === undefined) return undefined
    text += text === '' ? written || 'null' : `,${written || 'null'}`
  }
  return `[${text}]`
}

/** Whether its fields are all that JSON would write of it. */
function isPlain(data: object): boolean {
  if ((data as { toJSON?: unknown }).toJSON !== undefined) return false
  const prototype = Object.getPrototypeOf(data) as object | null
  return prototype === Object.prototype || prototype === null || isPlainClass(data, prototype)
}

/** Looked at once: what a class gives its objects does not change. */
function isPlainClass(data: object, prototype: object): boolean {
  if (plain.has(prototype)) return true
  if (Object.prototype.toString.call(data) !== '[object Object]') return false
  for (const _ in prototype) return false
  plain.add(prototype)
  return true
}

function leadsOf(key: string): Leads {
  const known = leads.get(key)
  if (known) return known
  const name = escapeText(key)
  const made: Leads = [
    `{"${name}":"`,
    `,"${name}":"`,
    `","${name}":"`,
    `{"${name}":`,
    `,"${name}":`,
    `","${name}":`,
  ]
  if (leads.size >= MOST_KEYS) leads.clear()
  leads.set(key, made)
  return made
}
