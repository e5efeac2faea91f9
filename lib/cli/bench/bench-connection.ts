import { encodeFrame } from '../../load/frames.js'
import { Link, type Endpoint } from '../../load/link.js'
import type { Answer, LoadMessage } from '../../load/wire.js'
import { increment, type Tally } from './tally.js'

/** What one connection sends again and again. */
export interface ConnectionLoad {
  readonly message: LoadMessage
  readonly depth: number
}

/** One client: as soon as a message is answered, it sends the next in its place. */
export class BenchConnection {
  readonly #link: Link
  readonly #frames: readonly Buffer[]
  /** When the message of each place was written. */
  readonly #sentAt: Float64Array
  /** Places that are answered, and wait for the end of what has arrived. */
  #free: number[] = []
  #underway = 0
  #until = 0
  #tally: Tally | undefined
  #done: (() => void) | undefined
  #asked: ((answer: Answer) => void) | undefined
  #close = 'without a word'
  #isLost = false

  private constructor(link: Link, { message, depth }: ConnectionLoad) {
    this.#link = link
    this.#sentAt = new Float64Array(depth)
    this.#frames = Array.from({ length: depth }, (_, id) =>
      encodeFrame(link.wire.encode({ ...message, id })),
    )
    link.hear((payload) => this.#received(payload))
    link.onMessages = () => this.#next()
    link.onClose = (payload) => (this.#close = closeText(payload))
    link.onLost = () => this.#lost()
  }

  /** @returns a promise that rejects when the server refuses the upgrade */
  static async open(endpoint: Endpoint, load: ConnectionLoad): Promise<BenchConnection> {
    return new BenchConnection(await Link.open(endpoint), load)
  }

  /** Why the server closed it; `undefined` while it is open. */
  get lost(): string | undefined {
    return this.#isLost ? this.#close : undefined
  }

  /** Sends one message, and waits for its reply; rejects when the connection is lost before. */
  async ask(message: LoadMessage): Promise<Answer> {
    const id = this.#frames.length
    const answer = new Promise<Answer>((resolve, reject) => {
      this.#asked = resolve
      this.#done = () => reject(new Error(`the server closed the connection ${this.#close}`))
      if (this.#isLost) this.#done()
    })
    this.#link.write(encodeFrame(this.#link.wire.encode({ ...message, id })))
    return answer.finally(() => (this.#done = undefined))
  }

  /** Sends until the time is up, and is done when all is answered, or the connection is lost. */
  run(until: number, tally: Tally): Promise<void> {
    if (this.#isLost) return Promise.resolve()
    this.#until = until
    this.#tally = tally
    return new Promise((resolve) => {
      this.#done = resolve
      this.#free = this.#frames.map((_, place) => place)
      this.#underway = this.#frames.length
      this.#next()
    })
  }

  /** Messages that are not answered yet. */
  get underway(): number {
    return this.#isLost ? 0 : this.#underway
  }

  close(): void {
    this.#link.close()
  }

  /** All that was answered together is sent together. */
  #next(): void {
    if (this.#free.length === 0) return
    const places = this.#free
    this.#free = []
    const now = performance.now()
    if (now >= this.#until) {
      this.#underway -= places.length
      if (this.#underway === 0) this.#done?.()
      return
    }
    for (const place of places) this.#sentAt[place] = now
    const frames = places.map((place) => this.#frames[place] as Buffer)
    this.#link.write(frames.length === 1 ? (frames[0] as Buffer) : Buffer.concat(frames))
  }

  #received(payload: Buffer): void {
    const place = this.#link.wire.placeOf?.(payload)
    const answer = place === undefined ? this.#read(payload) : undefined
    const id = place ?? (answer?.id as number | undefined)
    if (id === undefined) {
      if (this.#tally) this.#tally.pushes++
    } else if (id === this.#frames.length) {
      this.#asked?.(answer ?? this.#read(payload))
    } else if (this.#tally) {
      if (answer?.error) this.#failed(answer.error)
      else this.#tally.replied(performance.now() - (this.#sentAt[id] ?? 0))
      this.#free.push(id)
    }
  }

  #read(payload: Buffer): Answer {
    return this.#link.wire.decode(payload)
  }

  #failed({ code, message }: NonNullable<Answer['error']>): void {
    this.#tally?.failed(String(code), String(message))
  }

  #lost(): void {
    this.#isLost = true
    if (this.#tally) increment(this.#tally.lost, this.#close)
    this.#done?.()
  }
}

function closeText(payload: Buffer | undefined): string {
  if (!payload || payload.length < 2) return 'without a code'
  const reason = payload.toString('utf8', 2)
  return `with ${payload.readUInt16BE(0)}${reason === '' ? '' : ` (${reason})`}`
}
