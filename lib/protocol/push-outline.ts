import { escapeText } from './escape.js'
import { ownText } from './own-text.js'
import type { WsParams } from './records.js'

/**
 * What the pushes of an event have in common, as JSON: all but the path, the values of the
 * parameters and the data. Putting a push together of few pieces takes half the time of many.
 */
export interface PushOutline {
  readonly hasParams: boolean
  readonly names: readonly string[]
  /** What stands before the path. */
  readonly start: string
  /** What stands before the value of each parameter. */
  readonly leads: readonly string[]
  /** What stands behind them, and before the data. */
  readonly end: string
  readonly dataLead: string
}

/** An app has a few events; one that makes them up as it goes must not fill the memory with them. */
const MOST_EVENTS = 512
/** Of one event, with other names. */
const MOST_OUTLINES = 4

const outlines = new Map<string, PushOutline[]>()

/** @returns `undefined` when there are too many already, or a value is no text, whatever the types say */
export function outlineOf(event: string, params: WsParams | undefined): PushOutline | undefined {
  const known = outlines.get(event)
  if (known === undefined) return outlines.size < MOST_EVENTS ? learn(event, params, []) : undefined
  for (const outline of known) if (isOf(outline, params)) return outline
  return known.length < MOST_OUTLINES ? learn(event, params, known) : undefined
}

function isOf({ hasParams, names }: PushOutline, params: WsParams | undefined): boolean {
  if (hasParams !== (params !== undefined)) return false
  let index = 0
  for (const name in params) {
    if (name !== names[index++] || typeof params[name] !== 'string') return false
  }
  return index === names.length
}

function learn(
  event: string,
  params: WsParams | undefined,
  known: PushOutline[],
): PushOutline | undefined {
  const hasParams = params !== undefined
  const names = Object.keys(params ?? {}).map(ownText)
  const quoted = names.map((name) => `"${escapeText(name)}":"`)
  const [first] = quoted
  const leads = quoted.map((lead, index) => (index === 0 ? `","params":{${lead}` : `",${lead}`))
  const none = hasParams ? '","params":{}' : '"'
  const end = first === undefined ? none : '"}'
  const start = `{"event":"${escapeText(event)}","path":"`
  const outline = { hasParams, names, start, leads, end, dataLead: `${end},"data":` }
  if (!isOf(outline, params)) return undefined
  outlines.set(ownText(event), [...known, outline])
  return outline
}
