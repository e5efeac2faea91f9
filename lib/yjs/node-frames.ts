import type { RemoteEntry } from './awareness-board.js'

/** The largest payload that is published in one, in UTF-16 units: NATS takes 1 MiB by default. */
const MAX_PART = 512 * 1024

/** What the processes that have a document open tell each other. Bytes are base64. */
export type NodeFrame =
  /** Asks for what the sender lacks, and for what the others have of clients. */
  | { readonly kind: 'hello'; readonly vector: string }
  /** What one that said hello lacks; `vector` asks it for what this one lacks. */
  | {
      readonly kind: 'answer'
      readonly to: string
      readonly update: string
      readonly vector: string
    }
  | { readonly kind: 'update'; readonly update: string }
  | { readonly kind: 'awareness'; readonly entries: readonly RemoteEntry[] }
  /** Says how many payloads there were. */
  | { readonly kind: 'beat' }
  | { readonly kind: 'bye' }

/** A payload: a frame, or a part of one. */
export interface NodePayload {
  /** The process that sent it. */
  readonly from: string
  /** Counts its payloads; a beat is not counted, and has the number of the last. */
  readonly n: number
  readonly part: string
  readonly isLast: boolean
}

/** The parts that a frame is published in. */
export function splitNodeFrame(frame: NodeFrame): string[] {
  const text = JSON.stringify(frame)
  const parts: string[] = []
  for (let at = 0; at < text.length; at += MAX_PART) parts.push(text.slice(at, at + MAX_PART))
  return parts
}

/**
 * Reads a payload.
 *
 * @throws Error when it is none
 */
export function readPayload(payload: string): NodePayload {
  const read = JSON.parse(payload) as Partial<NodePayload> | null
  const { from, n, part, isLast } = read ?? {}
  if (typeof from !== 'string' || typeof part !== 'string' || typeof isLast !== 'boolean') {
    throw new Error('The broadcast transport delivered what is no payload of a document')
  }
  if (!Number.isSafeInteger(n)) throw new Error('A payload of a document has no number')
  return { from, n: n as number, part, isLast }
}

/**
 * Reads a frame.
 *
 * @throws Error when it is none
 */
export function readNodeFrame(text: string): NodeFrame {
  const frame = JSON.parse(text) as Partial<Record<string, unknown>> | null
  if (!isNodeFrame(frame)) throw new Error('Another process sent what is no frame of a document')
  return frame
}

function isNodeFrame(frame: Partial<Record<string, unknown>> | null): frame is NodeFrame {
  const has = (...names: string[]): boolean =>
    names.every((name) => typeof frame?.[name] === 'string')
  switch (frame?.kind) {
    case 'hello':
      return has('vector')
    case 'answer':
      return has('to', 'update', 'vector')
    case 'update':
      return has('update')
    case 'awareness':
      return Array.isArray(frame.entries) && frame.entries.every(isRemoteEntry)
    default:
      return frame?.kind === 'beat' || frame?.kind === 'bye'
  }
}

function isRemoteEntry(entry: unknown): entry is RemoteEntry {
  const { client, clock, state, user } = (entry ?? {}) as Partial<RemoteEntry>
  const isState = state === null || typeof state === 'string'
  return (
    Number.isSafeInteger(client) &&
    Number.isSafeInteger(clock) &&
    isState &&
    typeof user === 'string'
  )
}
