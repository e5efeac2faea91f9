import { connect as connectTcp, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { defer, within } from './deadline.js'
import { Inbox, type NextOptions } from './inbox.js'
import {
  closePayload,
  encodeFrame,
  FrameDecoder,
  opcodes,
  readClose,
  type Frame,
  type FrameParts,
} from './raw-frames.js'
import {
  ResponseReader,
  upgradeRequest,
  type HttpResponse,
  type UpgradeParts,
} from './raw-upgrade.js'

/** How a raw socket connects, and what it does by itself. */
export interface RawSocketOptions extends UpgradeParts {
  /** Speak TLS, believing any certificate. */
  tls?: boolean
  /** Answer pings as the protocol asks; true by default. Pings are queued as frames either way. */
  autoPong?: boolean
  /** Answer a close frame with the same; true by default. */
  autoClose?: boolean
}

/** How a connection ended. `clean` means that the server sent a close frame. */
export interface RawClose {
  /** Of the server's close frame; 1005 for one without a code, 1006 when there was none. */
  code: number
  reason: string
  clean: boolean
}

/** A WebSocket peer at the level of bytes: it can be as wrong, as slow or as rude as a spec wants. */
export class RawSocket {
  /** How it ended, once it has. */
  readonly closed: Promise<RawClose>
  /** The answer to the request, or undefined when the connection ended without one. */
  readonly response: Promise<HttpResponse | undefined>
  /** Every frame that arrived so far, in order. */
  readonly frames: readonly Frame[]
  readonly #inbox = new Inbox<Frame>('a frame')
  readonly #decoder = new FrameDecoder()
  readonly #reader = new ResponseReader()
  readonly #closed = defer<RawClose>()
  readonly #response = defer<HttpResponse | undefined>()
  #phase: 'http' | 'body' | 'frames' = 'http'
  #http: HttpResponse | undefined
  #close: RawClose = { code: 1006, reason: '', clean: false }

  private constructor(
    private readonly socket: Socket,
    private readonly options: RawSocketOptions,
  ) {
    this.closed = this.#closed.promise
    this.response = this.#response.promise
    this.frames = this.#inbox.all
    socket.setNoDelay(true)
    // What went wrong shows in `closed`; a reset by the server is a result here, not a fault.
    socket.on('error', () => undefined)
    socket.on('data', (chunk: Buffer) => this.#receive(chunk))
    socket.on('close', () => this.#finish())
  }

  /** Opens a TCP or TLS connection to a port of this machine and sends nothing yet. */
  static async connect(port: number, options: RawSocketOptions = {}): Promise<RawSocket> {
    const target = { port, host: '127.0.0.1' }
    const socket = options.tls
      ? connectTls({ ...target, rejectUnauthorized: false, servername: 'localhost' })
      : connectTcp(target)
    const connected = new Promise<void>((resolve, reject) => {
      socket.once(options.tls ? 'secureConnect' : 'connect', resolve)
      socket.once('error', reject)
    })
    await within(connected, `a connection to port ${port}`)
    return new RawSocket(socket, options)
  }

  /**
   * Connects, sends the upgrade the options describe and waits for the answer, whatever its status:
   * see `http`. Throws when the connection ends without an answer.
   */
  static async open(port: number, options: RawSocketOptions = {}): Promise<RawSocket> {
    const socket = await RawSocket.connect(port, options)
    socket.sendBytes(upgradeRequest(port, options))
    const answer = await within(socket.response, `the answer to an upgrade on port ${port}`)
    if (!answer) throw new Error(`Port ${port} ended the connection without an HTTP answer`)
    return socket
  }

  /** The HTTP answer; throws when there is none yet. */
  get http(): HttpResponse {
    if (!this.#http) throw new Error('There is no HTTP answer yet: await `response`')
    return this.#http
  }

  /** Sends bytes as they are. */
  sendBytes(bytes: string | Uint8Array): void {
    this.socket.write(bytes)
  }

  /** Sends one frame exactly as described. */
  sendFrame(parts: FrameParts): void {
    this.socket.write(encodeFrame(parts))
  }

  /** Sends a correct text message. */
  sendText(text: string): void {
    this.sendFrame({ payload: text })
  }

  /** Sends a close frame, any code and reason; the end shows in `closed`. */
  sendClose(code = 1000, reason = ''): void {
    this.sendFrame({ opcode: opcodes.close, payload: closePayload(code, reason) })
  }

  /** The next frame not handed out yet. Fails when the connection is over, or at the deadline. */
  nextFrame(options?: NextOptions<Frame>): Promise<Frame> {
    return this.#inbox.next(options)
  }

  /** The text of the next text frame; other frames stay queued. */
  async nextText(): Promise<string> {
    const frame = await this.nextFrame({ match: ({ opcode }) => opcode === opcodes.text })
    return frame.payload.toString()
  }

  /**
   * Stops reading: the kernel's buffers, then the server's, fill up. The end of the connection is
   * not seen either until `resume`.
   */
  pause(): void {
    this.socket.pause()
  }

  /** Reads again. */
  resume(): void {
    this.socket.resume()
  }

  /** Ends the sending half; what is on the way still arrives. */
  end(): void {
    this.socket.end()
  }

  /** Drops the connection at once, without a close frame. */
  destroy(): void {
    this.socket.destroy()
  }

  /** Drops the connection with a TCP reset. */
  reset(): void {
    this.socket.resetAndDestroy()
  }

  #receive(chunk: Buffer): void {
    if (this.#phase === 'frames') return this.#frames(chunk)
    const read = this.#reader.push(chunk)
    if (!read || this.#phase === 'body') return
    this.#phase = read.response.status === 101 ? 'frames' : 'body'
    this.#answer(read.response)
    if (this.#phase === 'frames') this.#frames(read.rest)
  }

  #frames(chunk: Buffer): void {
    for (const frame of this.#decoder.push(chunk)) {
      this.#inbox.push(frame)
      if (frame.opcode === opcodes.ping && this.options.autoPong !== false) {
        this.sendFrame({ opcode: opcodes.pong, payload: frame.payload })
      }
      if (frame.opcode !== opcodes.close) continue
      this.#close = { ...readClose(frame.payload), clean: true }
      if (this.options.autoClose === false) continue
      this.sendFrame({ opcode: opcodes.close, payload: frame.payload })
      this.socket.end()
    }
  }

  #answer(response: HttpResponse | undefined): void {
    this.#http = response
    this.#response.resolve(response)
  }

  #finish(): void {
    if (!this.#http) this.#answer(this.#reader.push(Buffer.alloc(0), true)?.response)
    const { code, reason } = this.#close
    this.#inbox.end(new Error(`The connection is over (${code} ${reason}), no frame will come`))
    this.#closed.resolve(this.#close)
  }
}
