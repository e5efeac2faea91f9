import { connect, type Socket } from 'node:net'
import { defer, type Deferred } from '../support/deadline.js'
import { encodeFrame, FrameDecoder, opcodes, readClose, type Frame } from '../support/raw-frames.js'
import { ResponseReader } from '../support/raw-upgrade.js'

/** How a batch ended: everything was read and answered, or the connection is over with a code. */
export type BatchEnd = 'answered' | number

/** Takes every frame that arrives; throws when one is wrong. */
export type FrameJudge = (frame: Frame) => void

/** Some frames to send at once. */
export interface Batch {
  chunks: Buffer[]
  /** Ids whose replies have to come before the batch is done. */
  ids: string[]
  /** End the connection after sending, and wait for its end. */
  last: boolean
}

/**
 * One connection under fuzz. It does not wait by time: a ping behind the batch is answered when the
 * server has read all of it. Leaner than `RawSocket`, for hundreds of thousands of frames.
 */
export class FramePeer {
  /** Ids of the running batch that have no reply yet. */
  readonly unanswered = new Set<string>()
  readonly #opened = defer<void>()
  readonly #reader = new ResponseReader()
  readonly #decoder = new FrameDecoder()
  #batch: Deferred<BatchEnd> | undefined
  #batches = 0
  #ponged = false
  #upgraded = false
  #code = 1006
  #over = false
  #fault: Error | undefined

  private constructor(
    private readonly socket: Socket,
    private readonly judge: FrameJudge,
  ) {
    socket.setNoDelay(true)
    socket.on('error', (error) => this.#opened.reject(error))
    socket.on('close', () => this.#end())
    socket.on('data', (chunk: Buffer) => this.#receive(chunk))
  }

  /** Connects with an upgrade request; rejects when the answer is not 101. */
  static async open(port: number, request: string, judge: FrameJudge): Promise<FramePeer> {
    const socket = connect({ port, host: '127.0.0.1' })
    const peer = new FramePeer(socket, judge)
    socket.write(request)
    await peer.#opened.promise
    return peer
  }

  /** True once the connection has ended. */
  get over(): boolean {
    return this.#over
  }

  /**
   * Sends a batch and waits until it was read and answered, or until the connection has ended.
   * Rejects when the judge found something wrong, now or since the last batch.
   */
  send({ chunks, ids, last }: Batch): Promise<BatchEnd> {
    const batch = defer<BatchEnd>()
    this.#batch = batch
    this.#ponged = false
    this.#batches++
    this.unanswered.clear()
    for (const id of ids) this.unanswered.add(id)
    const barrier = encodeFrame({ opcode: opcodes.ping, payload: this.#marker })
    const bytes = Buffer.concat(last ? chunks : [...chunks, barrier])
    if (this.#over) this.#end()
    else if (last) this.socket.end(bytes)
    else this.socket.write(bytes)
    return batch.promise
  }

  /** Notes a reply; true when its id was still open. */
  answered(id: string): boolean {
    const wasOpen = this.unanswered.delete(id)
    this.#finishBatch()
    return wasOpen
  }

  destroy(): void {
    this.socket.destroy()
  }

  get #marker(): string {
    return `batch ${this.#batches}`
  }

  #receive(chunk: Buffer): void {
    try {
      if (this.#upgraded) this.#frames(chunk)
      else this.#respond(chunk)
    } catch (error) {
      this.#fault ??= error as Error
      this.destroy()
    }
  }

  #respond(chunk: Buffer): void {
    const read = this.#reader.push(chunk)
    if (!read) return
    const { status, body } = read.response
    if (status !== 101) throw new Error(`A correct upgrade was answered with ${status} ${body}`)
    this.#upgraded = true
    this.#opened.resolve()
    this.#frames(read.rest)
  }

  #frames(chunk: Buffer): void {
    for (const frame of this.#decoder.push(chunk)) {
      this.judge(frame)
      if (frame.opcode === opcodes.close) this.#answerClose(frame)
      if (frame.opcode !== opcodes.pong || frame.payload.toString() !== this.#marker) continue
      this.#ponged = true
      this.#finishBatch()
    }
  }

  /** Some servers wait long for the answer to their close frame before they end the connection. */
  #answerClose({ payload }: Frame): void {
    this.#code = readClose(payload).code
    this.socket.end(encodeFrame({ opcode: opcodes.close, payload }))
  }

  #finishBatch(): void {
    if (this.#ponged && this.unanswered.size === 0) this.#batch?.resolve('answered')
  }

  #end(): void {
    this.#over = true
    const early = new Error('The connection ended before the upgrade was answered')
    this.#opened.reject(this.#fault ?? early)
    if (this.#fault) this.#batch?.reject(this.#fault)
    else this.#batch?.resolve(this.#code)
  }
}
