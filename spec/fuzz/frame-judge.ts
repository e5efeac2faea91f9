import { opcodes, type Frame } from '../support/raw-frames.js'
import { count, type Counts } from './fuzz-run.js'

/** What the server has sent during a run. */
export interface FrameTally {
  replies: number
  pushes: number
  /** Error replies and `$error` pushes, by their code. */
  errors: Counts
}

const known: readonly number[] = [opcodes.text, opcodes.close, opcodes.ping, opcodes.pong]

/**
 * Checks one frame of the server against the wire's description and counts it; throws when it is
 * none of the records a server may send. Returns the id of a reply.
 */
export function judgeFrame(frame: Frame, tally: FrameTally): unknown {
  const { opcode, fin, rsv, masked, payload } = frame
  if (masked || rsv !== 0 || !fin || !known.includes(opcode)) {
    throw new Error(`The server sent a frame it must not send: ${JSON.stringify(frame)}`)
  }
  if (opcode !== opcodes.text) return undefined
  const text = payload.toString()
  const record = JSON.parse(text) as Record<string, unknown> | null
  if (isReply(record)) {
    tally.replies++
    if (record.error) count(tally.errors, record.error.code)
    return record.id
  }
  if (typeof record?.event !== 'string' || typeof record.path !== 'string') {
    throw new Error(`The server sent something that is neither reply nor push: ${text}`)
  }
  tally.pushes++
  if (record.event === '$error') countPushedError(record.data, tally)
  return undefined
}

interface Reply {
  id: string | number
  data?: unknown
  error?: { code: number; message: string }
}

function isReply(
  record: Record<string, unknown> | null,
): record is Record<string, unknown> & Reply {
  if (!record || 'event' in record) return false
  if (typeof record.id !== 'string' && typeof record.id !== 'number') return false
  return 'data' in record !== isError(record.error)
}

function isError(error: unknown): boolean {
  const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown }
  return typeof code === 'number' && typeof message === 'string'
}

function countPushedError(data: unknown, tally: FrameTally): void {
  if (!isError(data)) throw new Error(`$error without code and message: ${JSON.stringify(data)}`)
  count(tally.errors, (data as { code: number }).code)
}
