import { addressBytes } from './address-bytes.js'

/** What a client asks for. */
export interface UpgradeAsk {
  /** With the query. */
  readonly path: string
  /** Names in lower case. A list stands for a header that comes several times. */
  readonly headers: Readonly<Record<string, string | readonly string[]>>
  readonly remoteAddress: string
}

/** An HTTP answer. */
export interface HttpAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** What becomes of a request. */
export interface UpgradeOutcome {
  /** It is a WebSocket from now on. */
  readonly upgraded: (data: object, subprotocol: string) => void
  /** It was answered, or cut off when there is no answer. */
  readonly answered: (answer: HttpAnswer | undefined) => void
}

/** A request of uWebSockets.js, as far as it is used. */
export class MemoryRequest {
  readonly #ask: UpgradeAsk
  /** Whether another route has to answer it. */
  isYielded = false

  constructor(ask: UpgradeAsk) {
    this.#ask = ask
  }

  getMethod(): string {
    return 'get'
  }

  getUrl(): string {
    return this.#ask.path.split('?', 1)[0] ?? ''
  }

  getQuery(): string {
    const { path } = this.#ask
    const start = path.indexOf('?')
    return start === -1 ? '' : path.slice(start + 1)
  }

  getHeader(name: string): string {
    const value = this.#ask.headers[name] ?? ''
    return typeof value === 'string' ? value : (value[0] ?? '')
  }

  forEach(visit: (name: string, value: string) => void): void {
    for (const [name, value] of Object.entries(this.#ask.headers)) {
      for (const each of typeof value === 'string' ? [value] : value) visit(name, each)
    }
  }

  setYield(isYielded: boolean): void {
    this.isYielded = isYielded
  }
}

/** A response of uWebSockets.js, as far as upgrades use it. */
export class MemoryResponse {
  readonly #ask: UpgradeAsk
  readonly #outcome: UpgradeOutcome
  readonly #headers: Record<string, string> = {}
  #status = 200
  #isOver = false

  constructor(ask: UpgradeAsk, outcome: UpgradeOutcome) {
    this.#ask = ask
    this.#outcome = outcome
  }

  getRemoteAddress(): ArrayBuffer {
    return addressBytes(this.#ask.remoteAddress).buffer
  }

  /** Clients wait for the answer, whatever it takes. */
  onAborted(): this {
    return this
  }

  cork(callback: () => void): this {
    callback()
    return this
  }

  writeStatus(status: string): this {
    this.#status = Number.parseInt(status, 10)
    return this
  }

  writeHeader(name: string, value: string): this {
    this.#headers[name.toLowerCase()] = value
    return this
  }

  end(body = ''): this {
    this.#finish()
    this.#outcome.answered({ status: this.#status, headers: this.#headers, body })
    return this
  }

  close(): this {
    this.#finish()
    this.#outcome.answered(undefined)
    return this
  }

  upgrade(data: object, _key: string, subprotocol: string): void {
    this.#finish()
    this.#outcome.upgraded(data, subprotocol)
  }

  #finish(): void {
    if (this.#isOver) throw new Error('The request has been answered')
    this.#isOver = true
  }
}
