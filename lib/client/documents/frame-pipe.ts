import { Reassembly, splitFrame } from '../../protocol/documents/chunks.js'
import type {
  ClientFrame,
  HelloFrame,
  ServerFrame,
} from '../../protocol/documents/document-frames.js'
import { checkFrame, parseFrame, readServerFrame } from '../../protocol/documents/read-frame.js'
import { MAX_FRAME, MAX_MESSAGE } from './replica-options.js'

/** How long a change may be when the server does not say, in UTF-16 units: its own default. */
const MAX_PUSH = 1024 * 1024

/** Frames on their way to a socket and from it, in chunks when they are large. */
export class FramePipe {
  readonly #largest: number
  readonly #reassembly = new Reassembly(MAX_MESSAGE)
  #maxFrame: number
  #maxMessage = MAX_PUSH
  #send: ((text: string) => void) | undefined

  /** @param maxFrame bytes that the server takes in one frame, unless it says less */
  constructor(maxFrame: number = MAX_FRAME) {
    this.#largest = this.#maxFrame = maxFrame
  }

  get isOpen(): boolean {
    return this.#send !== undefined
  }

  open(send: (text: string) => void): void {
    this.#send = send
    this.reset()
  }

  close(): void {
    this.#send = undefined
  }

  /** Forgets what has come of a frame. */
  reset(): void {
    this.#reassembly.reset()
  }

  /** The server says what it takes. */
  obey({ maxFrame = this.#largest, maxMessage = MAX_PUSH }: HelloFrame): void {
    this.#maxFrame = Math.min(this.#largest, maxFrame)
    this.#maxMessage = maxMessage
  }

  /** @returns whether the server takes so much; else nothing is sent */
  write(frame: ClientFrame): boolean {
    const text = JSON.stringify(frame)
    if (text.length > this.#maxMessage) return false
    for (const part of splitFrame(text, this.#maxFrame)) this.#send?.(part)
    return true
  }

  /**
   * @param received a text, or what it was parsed to
   * @returns what has come as a whole, if the client knows it
   * @throws WsError for what makes no sense
   */
  read(received: string | object): ServerFrame | undefined {
    const frame = typeof received === 'string' ? parseFrame(received) : checkFrame(received)
    if (frame.type !== 'chunk') return readServerFrame(frame)
    const whole = this.#reassembly.add(frame)
    return whole === undefined ? undefined : readServerFrame(parseFrame(whole))
  }
}
