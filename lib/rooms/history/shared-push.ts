import type { WsPush } from '../../protocol/records.js'
import type { BroadcastWindow } from '../broadcast-window.js'
import { readEnvelope, ReceivedPush } from '../envelope.js'
import type { SlowRule } from '../slow-rule.js'

/** A push that is kept, and how it is sent. */
export interface KeptPublish<M> {
  readonly push: WsPush
  readonly exclude?: M | undefined
  readonly window?: BroadcastWindow | undefined
  readonly slow?: SlowRule | undefined
}

/** What a shared history keeps of a push: a line of JSON, and what would go through a transport. */
export interface SharedPush {
  /** Which of its publisher's. */
  readonly number: number
  /** The id of the member that it is not for. */
  readonly exclude: string | undefined
  readonly received: ReceivedPush
}

export function writeSharedPush(number: number, exclude: string | undefined, text: string): string {
  return `${JSON.stringify(exclude === undefined ? [number] : [number, exclude])}\n${text}`
}

/** @throws Error when the payload was not written by {@link writeSharedPush} */
export function readSharedPush(payload: string): SharedPush {
  const end = payload.indexOf('\n')
  const line: unknown = JSON.parse(payload.slice(0, Math.max(end, 0)))
  const [number, exclude] = Array.isArray(line) ? (line as unknown[]) : []
  const received = new ReceivedPush(readEnvelope(payload.slice(end + 1)))
  return {
    number: Number(number),
    exclude: typeof exclude === 'string' ? exclude : undefined,
    received,
  }
}

/** Tells a push from all others. */
export function keyOf({ number, received }: SharedPush): string {
  return `${received.from} ${number} ${received.id ?? ''}`
}
