/** How a stream is read. */
export interface StreamOptions {
  /** How many items may come before the first of them has been taken, 1 to 1,024. Default: 128. */
  readonly window?: number
  /** Milliseconds until the handler has been started. Default: the client's `rpcTimeout`. */
  readonly timeout?: number
  /** Ends the stream: it rejects with the signal's reason, and the handler stops. */
  readonly signal?: AbortSignal
}

/** What a stream needs of its client. */
export interface StreamSource {
  /** How many items may come at first. */
  readonly window: number
  /** Asks for the stream. @returns how to take it back, before its end */
  open(sink: StreamSink): () => void
  /** Says how many items may come in all. */
  allow(upTo: number): void
}

/** Where a stream goes to. */
export interface StreamSink {
  item(data: unknown): void
  end(error?: { readonly reason: unknown }): void
}

interface Waiting {
  resolve(result: IteratorResult<unknown, undefined>): void
  reject(error: unknown): void
}

/** The items of one reply. It is asked for with the first of them, and can be read once. */
export class StreamCall implements AsyncIterableIterator<unknown, undefined> {
  readonly #source: StreamSource
  readonly #items: unknown[] = []
  readonly #waiting: Waiting[] = []
  #cancel: (() => void) | undefined
  #isStarted = false
  #end: { error?: { readonly reason: unknown } | undefined } | undefined
  #taken = 0
  #allowed: number

  constructor(source: StreamSource) {
    this.#source = source
    this.#allowed = source.window
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  next(): Promise<IteratorResult<unknown, undefined>> {
    this.#start()
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject })
      this.#deliver()
    })
  }

  /** Ends it: what a `break` in a `for await` does. */
  return(): Promise<IteratorReturnResult<undefined>> {
    this.#isStarted = true
    this.#items.length = 0
    if (!this.#end) {
      this.#end = {}
      this.#cancel?.()
    }
    this.#deliver()
    return Promise.resolve({ done: true, value: undefined })
  }

  #start(): void {
    if (this.#isStarted) return
    this.#isStarted = true
    this.#cancel = this.#source.open({
      item: (data) => {
        if (this.#end) return
        this.#items.push(data)
        this.#deliver()
      },
      end: (error) => this.#finish(error),
    })
  }

  #finish(error?: { readonly reason: unknown }): void {
    this.#end ??= { error }
    this.#deliver()
  }

  /** Hands over what is there to whoever waits. */
  #deliver(): void {
    while (this.#waiting.length > 0) {
      if (this.#items.length > 0) {
        this.#waiting.shift()?.resolve({ done: false, value: this.#items.shift() })
        this.#take()
      } else if (!this.#end) {
        return
      } else {
        const { error } = this.#end
        this.#end = {}
        const first = this.#waiting.shift()
        if (error) first?.reject(error.reason)
        else first?.resolve({ done: true, value: undefined })
      }
    }
  }

  /** Half a window is asked for at once, so that there is always some on its way. */
  #take(): void {
    const { window } = this.#source
    this.#taken++
    if (this.#end || this.#taken + window - this.#allowed < window / 2) return
    this.#allowed = this.#taken + window
    this.#source.allow(this.#allowed)
  }
}
