import { Reassembly, splitFrame } from '../../protocol/documents/chunks.js'
import { CLOSE_CODES } from '../../protocol/close-codes.js'
import type { JsonObject } from '../../protocol/documents/document-record.js'
import { answerCall } from '../document-calls.js'
import type { DocumentRoom } from '../document-room.js'
import { errorBody, isReportable } from '../document-session.js'
import type { DocumentSocket } from '../document-socket.js'
import type { DocumentTimers } from '../document-timers.js'
import { Outbox } from '../outbox.js'
import type { ArrivedFrame } from '../read-session-frame.js'
import type { EnteredRoom } from '../room-connection.js'
import type { Admission } from '../room-options.js'
import { CALL_FRAME, MAX_CALL, type AnswerFrame, type CallFrame } from './call-frames.js'
import { ElsewhereError } from './elsewhere-error.js'

/** What the application of another process asks is answered with this. */
export interface CallDeskParts {
  readonly path: string
  readonly timers: DocumentTimers
  /** Whether this process owns the document, and will go on to. */
  readonly isHere: () => boolean
  /** Rejects with an `ElsewhereError` when another process owns it. */
  readonly open: () => Promise<DocumentRoom>
  /** Hears of what is no answer to another process. */
  readonly report: (error: unknown) => void
}

/** Does what the application of another process asks of a document that this one owns. */
export class CallDesk implements EnteredRoom {
  readonly #parts: CallDeskParts
  readonly #reassembly = new Reassembly(MAX_CALL)
  #outbox: Outbox | undefined

  constructor(parts: CallDeskParts) {
    this.#parts = parts
  }

  connect({ socket }: Admission): unknown {
    const lose = (): void => {
      this.#outbox?.close()
      socket.close(CLOSE_CODES.TRY_AGAIN_LATER, 'The process does not take what is sent')
    }
    this.#outbox = new Outbox(socket, this.#parts.timers, { onFailure: lose, onOverflow: lose })
    return this
  }

  receive(_sessionId: string, frame: ArrivedFrame, socket: DocumentSocket): void {
    try {
      const call = this.#read(frame as string)
      if (call) void this.#answer(call)
      else this.#send({ type: 'more' })
    } catch (error) {
      this.#parts.report(error)
      this.disconnect()
      socket.close(CLOSE_CODES.TRY_AGAIN_LATER, 'A call was damaged on its way')
    }
  }

  disconnect(): void {
    this.#outbox?.close()
  }

  setAccess(): void {
    // What an application does to its documents is its own affair.
  }

  /** @returns `undefined` for a chunk that is not the last */
  #read(text: string): CallFrame | undefined {
    const frame = JSON.parse(text) as JsonObject
    if (frame.type !== 'chunk') return frame as unknown as CallFrame
    const whole = this.#reassembly.add(frame)
    return whole === undefined ? undefined : (JSON.parse(whole) as CallFrame)
  }

  async #answer({ n, call }: CallFrame): Promise<void> {
    try {
      const room = await this.#open()
      if (!room) this.#send({ type: 'gone', n })
      else this.#send({ type: 'answer', n, value: await answerCall(room, call) })
    } catch (error) {
      if (isReportable(error)) this.#parts.report(error)
      this.#send({ type: 'failed', n, error: errorBody(error) })
    }
  }

  /** @returns `undefined` when the document is not here, or not for long */
  async #open(): Promise<DocumentRoom | undefined> {
    const { isHere, open } = this.#parts
    if (!isHere()) return undefined
    try {
      const room = await open()
      return isHere() && !room.isClosed ? room : undefined
    } catch (error) {
      if (error instanceof ElsewhereError || !isHere()) return undefined
      throw error
    }
  }

  #send(frame: AnswerFrame): void {
    this.#outbox?.stream(splitFrame(JSON.stringify(frame), CALL_FRAME)[Symbol.iterator]())
  }
}
