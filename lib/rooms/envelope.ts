import type { WsPush } from '../protocol/records.js'

/**
 * What travels through a broadcast transport: a line of JSON about the message, then the push as
 * JSON. The push is not wrapped, so that a node can hand it on without reading it.
 */
export interface Envelope {
  /** The instance that published. */
  readonly from: string
  /** The push, as JSON. */
  readonly push: string
}

export function writeEnvelope({ from, push }: Envelope): string {
  return `${JSON.stringify({ from })}\n${push}`
}

/** @throws Error when the payload was not written by {@link writeEnvelope} */
export function readEnvelope(payload: string): Envelope {
  const end = payload.indexOf('\n')
  const header: unknown = JSON.parse(payload.slice(0, Math.max(end, 0)))
  const from =
    typeof header === 'object' && header !== null && 'from' in header ? header.from : null
  if (typeof from !== 'string') throw new TypeError('the payload does not say who published it')
  return { from, push: payload.slice(end + 1) }
}

/** @throws Error when the text is no push as JSON */
export function parsePush(text: string): WsPush {
  const push = JSON.parse(text) as Partial<WsPush> | null
  if (typeof push?.event !== 'string' || typeof push.path !== 'string') {
    throw new TypeError('the payload holds no push')
  }
  return push as WsPush
}
