import { WsError } from '../errors/ws-error.js'
import { byteLength } from '../protocol/byte-length.js'
import type { ClientFrame } from '../protocol/documents/document-frames.js'
import { parseFrame, readClientFrame } from '../protocol/documents/read-frame.js'
import type { DocumentSession } from './document-session.js'

/**
 * What a session sent, checked.
 *
 * @returns `undefined` for a chunk that is not the last
 * @throws WsError 400 or 413
 */
export function readSessionFrame(
  session: DocumentSession,
  frame: string | Uint8Array,
  maxFrame: number,
): ClientFrame | undefined {
  const { reassembly } = session
  if (typeof frame !== 'string') throw new WsError(400, 'A frame is a text')
  if (frame.length > maxFrame || byteLength(frame) > maxFrame) {
    throw new WsError(413, `A frame has ${maxFrame} bytes at most`)
  }
  const parsed = parseFrame(frame)
  if (parsed.type === 'chunk') {
    const whole = reassembly.add(parsed)
    return whole === undefined ? undefined : readClientFrame(parseFrame(whole))
  }
  if (!reassembly.isOpen) return readClientFrame(parsed)
  reassembly.reset()
  throw new WsError(400, 'A chunk was to come')
}
