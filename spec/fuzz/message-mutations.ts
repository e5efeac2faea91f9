import {
  anyValue,
  hostileEvents,
  hostileIds,
  hostileNumbers,
  hostilePaths,
  nested,
  prototypeValues,
  scalars,
} from './hostile-values.js'
import { Weighted, type Random } from './random.js'

/** A correct message to start from; its id is added. */
export interface SeedMessage {
  event: string
  path: string
  data?: unknown
}

/** A message as the JSON text of each field, in order; keys may repeat. */
type Fields = [key: string, value: string][]

type Mutation = (random: Random, fields: Fields) => string | Buffer

/** Mutations within the text of a message, by name and how often each is taken. */
const mutations: Record<string, readonly [weight: number, mutate: Mutation]> = {
  bitFlip: [8, (random, fields) => flipBits(random, Buffer.from(join(fields)))],
  truncated: [6, (random, fields) => join(fields).slice(0, random.int(join(fields).length))],
  inserted: [5, (random, fields) => insert(random, join(fields))],
  duplicateKey: [5, (random, fields) => join([...fields, [anyKey(random), anyValue(random)]])],
  wrongType: [10, (random, fields) => join(replace(fields, anyKey(random), anyValue(random)))],
  missingKey: [5, (random, fields) => join(without(fields, anyKey(random)))],
  deep: [3, (random, fields) => join(replace(fields, 'data', nested(random, depth(random))))],
  number: [4, (random, fields) => join(replace(fields, 'data', random.pick(hostileNumbers)))],
  surrogate: [3, (_random, fields) => join(replace(fields, 'data', '{"text":"\\ud800"}'))],
  nul: [3, (random, fields) => insertNul(random, join(fields))],
  prototype: [6, (random, fields) => join(replace(fields, 'data', random.pick(prototypeValues)))],
  prototypeKey: [3, (random, fields) => join([['__proto__', anyValue(random)], ...fields])],
  id: [8, (random, fields) => join(replace(fields, 'id', random.pick(hostileIds)))],
  event: [8, (random, fields) => join(replace(fields, 'event', quote(random, hostileEvents)))],
  path: [10, (random, fields) => join(replace(fields, 'path', quote(random, hostilePaths)))],
  data: [6, (random, fields) => join(replace(fields, 'data', anyValue(random)))],
  scalar: [4, (random) => random.pick(scalars)],
  empty: [1, () => ''],
  long: [
    1,
    (random, fields) => join(replace(fields, 'data', `"${'x'.repeat(random.int(60_000))}"`)),
  ],
}

const names = new Weighted(Object.entries(mutations).map(([name, [weight]]) => [name, weight]))

/** The text of a correct message with an id. */
export function messageText(message: SeedMessage, id: string): string {
  return JSON.stringify({ ...message, id })
}

/** A message spoilt in one way, sometimes in two, and the name of the way. */
export function mutateMessage(random: Random, message: SeedMessage) {
  const kind = names.pick(random)
  const [, mutate] = mutations[kind]!
  const payload = mutate(random, fieldsOf(random, message))
  return random.oneIn(20)
    ? { kind: `${kind}+bitFlip`, payload: flipBits(random, Buffer.from(payload)) }
    : { kind, payload }
}

function fieldsOf(random: Random, message: SeedMessage): Fields {
  const { event, path, data } = message
  const fields: Fields = [
    ['event', JSON.stringify(event)],
    ['path', JSON.stringify(path)],
  ]
  if (data !== undefined) fields.push(['data', JSON.stringify(data)])
  // Ids of mutated messages are small numbers, those of correct ones strings: never mistaken.
  if (!random.oneIn(3)) fields.push(['id', String(random.int(1000))])
  return fields
}

function join(fields: Fields): string {
  return `{${fields.map(([key, value]) => `${JSON.stringify(key)}:${value}`).join(',')}}`
}

function replace(fields: Fields, key: string, value: string): Fields {
  return [...without(fields, key), [key, value]]
}

function without(fields: Fields, key: string): Fields {
  return fields.filter(([name]) => name !== key)
}

function anyKey(random: Random): string {
  return random.pick(['event', 'path', 'data', 'id'])
}

function quote(random: Random, values: readonly string[]): string {
  return JSON.stringify(random.pick(values))
}

function depth(random: Random): number {
  return random.pick([31, 32, 33, 34, 100, 1000, 8000])
}

function insert(random: Random, text: string): string {
  const at = random.int(text.length + 1)
  return text.slice(0, at) + random.text(random.between(1, 12)) + text.slice(at)
}

function insertNul(random: Random, text: string): string {
  const at = random.int(text.length + 1)
  return text.slice(0, at) + random.pick(['\u0000', '\\u0000']) + text.slice(at)
}

/** Mostly the low seven bits, so that the text stays UTF-8 and reaches the JSON parser. */
function flipBits(random: Random, bytes: Buffer): Buffer {
  if (bytes.length === 0) return bytes
  for (let flips = random.between(1, 4); flips > 0; flips--) {
    const at = random.int(bytes.length)
    bytes[at] = bytes[at]! ^ (1 << random.int(random.oneIn(25) ? 8 : 7))
  }
  return bytes
}
