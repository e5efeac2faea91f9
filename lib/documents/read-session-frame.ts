import { WsError } from '../errors/ws-error.js'
import { exceedsBytes } from '../protocol/byte-length.js'
import { checkFrame, parseJson } from '../protocol/documents/read-frame.js'
import type { AnyFrame } from '../protocol/documents/read-frame.js'
import type { DocumentSession } from './document-session.js'

/** What arrives: a text, bytes for an engine that has a wire of its own, or what a text was parsed to. */
export type ArrivedFrame = string | Uint8Array | object

/**
 * What a session sent, as a value of JSON that has not been checked yet.
 *
 * @returns `undefined` for a chunk that is not the last
 * @throws WsError 400 or 413
 */
export function readSessionFrame(
  session: DocumentSession,
  frame: ArrivedFrame,
  maxFrame: number,
): unknown {
  const { reassembly } = session
  const parsed = typeof frame === 'string' ? parseText(frame, maxFrame) : frame
  if (parsed instanceof Uint8Array) throw new WsError(400, 'A frame is a text')
  const { type } = (parsed ?? {}) as Partial<AnyFrame>
  if (type === 'chunk') {
    const whole = reassembly.add(checkFrame(parsed))
    return whole === undefined ? undefined : parseJson(whole)
  }
  if (!reassembly.isOpen) return parsed
  reassembly.reset()
  throw new WsError(400, 'A chunk was to come')
}

function parseText(frame: string, maxFrame: number): unknown {
  if (exceedsBytes(frame, maxFrame)) {
    throw new WsError(413, `A frame has ${maxFrame} bytes at most`)
  }
  return parseJson(frame)
}
