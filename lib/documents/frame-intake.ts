import { WsError } from '../errors/ws-error.js'
import type { ClientFrame } from '../protocol/documents/document-frames.js'
import { checkFrame, pushNumber, readClientFrame } from '../protocol/documents/read-frame.js'
import type { DocumentEngine } from './document-engine.js'
import { errorBody, isReportable, type DocumentSession } from './document-session.js'
import { readSessionFrame, type ArrivedFrame } from './read-session-frame.js'

/** Frames that cannot be taken before the session is closed. */
const MAX_FAULTS = 16

/** What takes frames needs of its room. */
export interface IntakeHost {
  readonly engine: DocumentEngine
  readonly maxFrame: number
  /** A session shows something of its user. */
  show(session: DocumentSession, frame: ClientFrame & { type: 'presence' }): void
  report(error: unknown, session: DocumentSession): void
  /** There were too many frames that are none. */
  giveUp(session: DocumentSession): void
}

/** Takes what arrives at a room: reads it, checks it, hands it on, and answers for what is wrong. */
export class FrameIntake {
  constructor(private readonly host: IntakeHost) {}

  /** Never throws: what is wrong with a frame is told to its session alone. */
  take(session: DocumentSession, frame: ArrivedFrame): void {
    const { engine } = this.host
    if (!engine.wire) this.#takeText(session, frame)
    else if (typeof frame === 'string' || frame instanceof Uint8Array) {
      try {
        engine.wire.receive(session, frame)
      } catch (error) {
        this.#refuse(session, error)
      }
    } else this.#refuse(session, new WsError(400, 'A frame of this document is no object'))
  }

  #takeText(session: DocumentSession, frame: ArrivedFrame): void {
    let read: unknown
    try {
      read = readSessionFrame(session, frame, this.host.maxFrame)
      if (read !== undefined) this.#handle(session, readClientFrame(checkFrame(read)))
    } catch (error) {
      this.#refuse(session, error, pushNumber(read))
    }
  }

  #handle(session: DocumentSession, frame: ClientFrame): void {
    if (frame.type === 'ping') session.send({ type: 'pong' })
    else if (frame.type === 'presence') this.host.show(session, frame)
    else this.host.engine.receive(session, frame)
  }

  /** @param push the number of the push that it was: a client waits for its verdict */
  #refuse(session: DocumentSession, error: unknown, push?: number): void {
    const { engine } = this.host
    if (isReportable(error)) this.host.report(error, session)
    if (push === undefined || session.state === undefined) session.sendError(error)
    else {
      const verdict = { type: 'verdict', n: push, verdict: 'discard' } as const
      session.send({ ...verdict, clock: engine.clock, error: errorBody(error) })
    }
    session.faults++
    if (session.faults > MAX_FAULTS) this.host.giveUp(session)
  }
}
