import type { Clock, ClockTimer } from '../../async/clock.js'
import { WsError } from '../../errors/ws-error.js'
import { Reassembly, splitFrame } from '../../protocol/documents/chunks.js'
import type { JsonObject } from '../../protocol/documents/document-record.js'
import type { DocumentCall } from '../document-calls.js'
import type { DocumentSocket } from '../document-socket.js'
import type { EnteredRoom } from '../room-connection.js'
import { CALL_FRAME, MAX_CALL, type AnswerFrame, type CallFrame } from './call-frames.js'
import { OwnerGoneError } from './owner-gone-error.js'

interface Waiting {
  readonly timer: ClockTimer
  readonly resolve: (value: unknown) => void
  readonly reject: (error: Error) => void
}

/** Calls of this process to the owner of one document, and what it answers. */
export class CallLine {
  readonly #owner: EnteredRoom
  readonly #clock: Clock
  readonly #socket: DocumentSocket
  readonly #waiting = new Map<number, Waiting>()
  readonly #reassembly = new Reassembly(MAX_CALL)
  /** Chunks go one at a time, and whole calls stay in their order. */
  readonly #outgoing: string[] = []
  #isBlocked = false
  #isOver = false
  #isRetired = false
  #count = 0

  /** @param owner goes to the other process */
  constructor(owner: EnteredRoom, clock: Clock) {
    this.#owner = owner
    this.#clock = clock
    this.#socket = {
      send: (frame) => this.#receive(String(frame)),
      close: () => this.#end(),
    }
    owner.connect({ socket: this.#socket, sessionId: '', access: 'write' })
  }

  /** Whether another line is needed. */
  get isOver(): boolean {
    return this.#isOver || this.#isRetired
  }

  /**
   * Asks; rejects with what the owner throws, or an `OwnerGoneError` when there is no answer.
   *
   * @param patience milliseconds
   */
  ask(call: DocumentCall, patience: number): Promise<unknown> {
    if (this.isOver) return Promise.reject(outOfReach(true))
    const n = ++this.#count
    return new Promise((resolve, reject) => {
      const timer = this.#clock
        .setTimeout(() => this.#settle(n)?.reject(outOfReach(false)), patience)
        .unref()
      this.#waiting.set(n, { timer, resolve, reject })
      const text = JSON.stringify({ n, call } satisfies CallFrame)
      this.#outgoing.push(...splitFrame(text, CALL_FRAME))
      this.#flush()
    })
  }

  /** Nothing more is asked: it ends when the last call has been answered. */
  retire(): void {
    this.#isRetired = true
    if (this.#waiting.size === 0) this.leave()
  }

  /** Ends it; what has not been answered is rejected. */
  leave(): void {
    if (this.#isOver) return
    this.#owner.disconnect('', this.#socket)
    this.#end()
  }

  #flush(): void {
    while (!this.#isBlocked && !this.#isOver) {
      const frame = this.#outgoing.shift()
      if (frame === undefined) return
      // The last chunk is followed by an answer, and the others by `more`.
      this.#isBlocked = isChunkWithMore(frame)
      this.#owner.receive('', frame, this.#socket)
    }
  }

  #receive(text: string): void {
    const frame = this.#read(text)
    if (!frame) return
    if (frame.type === 'more') {
      this.#isBlocked = false
      this.#flush()
      return
    }
    const waiting = this.#settle(frame.n)
    if (frame.type === 'answer') waiting?.resolve(frame.value)
    else if (frame.type === 'gone') waiting?.reject(notHere())
    else {
      const { code, message, details } = frame.error
      waiting?.reject(new WsError(code, message, details))
    }
  }

  #read(text: string): AnswerFrame | undefined {
    const frame = JSON.parse(text) as JsonObject
    if (frame.type !== 'chunk') return frame as unknown as AnswerFrame
    const whole = this.#reassembly.add(frame)
    return whole === undefined ? undefined : (JSON.parse(whole) as AnswerFrame)
  }

  #settle(n: number): Waiting | undefined {
    const waiting = this.#waiting.get(n)
    this.#waiting.delete(n)
    this.#clock.clearTimeout(waiting?.timer)
    if (this.#isRetired && this.#waiting.size === 0) this.leave()
    return waiting
  }

  #end(): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#outgoing.length = 0
    for (const n of [...this.#waiting.keys()]) this.#settle(n)?.reject(outOfReach(false))
  }
}

function isChunkWithMore(frame: string): boolean {
  return frame.startsWith('{"type":"chunk"') && !frame.startsWith('{"type":"chunk","left":0,')
}

function outOfReach(isDenied: boolean): OwnerGoneError {
  return new OwnerGoneError('The owner of the document is out of reach', isDenied)
}

function notHere(): OwnerGoneError {
  return new OwnerGoneError('The document has gone elsewhere', true)
}
