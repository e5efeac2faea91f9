const TIMEOUT = 10_000

/** What came back for a message. */
export interface Answer {
  readonly data?: unknown
  readonly error?: { readonly code: number; readonly message: string; readonly details?: unknown }
  /** Milliseconds that it took. */
  readonly took: number
}

/** A push that came meanwhile. */
export interface Pushed {
  readonly event: string
  readonly path: string
  readonly data?: unknown
}

type Waiting = (record: Omit<Answer, 'took'>) => void

/** A connection of the page's own, which is made when a message is to be sent. */
export class TrySocket {
  readonly #pushed: (push: Pushed) => void
  readonly #waiting = new Map<number, Waiting>()
  #socket: WebSocket | undefined
  #next = 1

  constructor(pushed: (push: Pushed) => void) {
    this.#pushed = pushed
  }

  /** The next message goes over another connection. */
  close(): void {
    this.#socket?.close()
    this.#socket = undefined
  }

  /** @throws Error when nothing comes back */
  async call(message: object, token: string): Promise<Answer> {
    const socket = await this.#connected(token)
    const id = this.#next++
    const start = performance.now()
    return new Promise((resolve, reject) => {
      const end = (act: () => void): void => {
        clearTimeout(timer)
        this.#waiting.delete(id)
        socket.removeEventListener('close', closed)
        act()
      }
      const timer = setTimeout(() => end(() => reject(new Error('No reply within 10 s'))), TIMEOUT)
      const closed = ({ code, reason }: CloseEvent): void =>
        end(() => reject(new Error(`Closed with ${code} ${reason}`.trim())))
      socket.addEventListener('close', closed)
      this.#waiting.set(id, (record) =>
        end(() => resolve({ ...record, took: performance.now() - start })),
      )
      socket.send(JSON.stringify({ ...message, id }))
    })
  }

  async #connected(token: string): Promise<WebSocket> {
    if (this.#socket?.readyState === WebSocket.OPEN) return this.#socket
    const url = new URL('/', location.href)
    url.hash = ''
    url.protocol = url.protocol.replace('http', 'ws')
    if (token !== '') url.searchParams.set('token', token)
    const protocols = token === '' ? ['enfilade.v1'] : ['enfilade.v1', `bearer.${token}`]
    const socket = new WebSocket(url, protocols)
    this.#socket = socket
    // The first frame is the welcome: before it, the connection may still be refused.
    await new Promise<void>((resolve, reject) => {
      socket.addEventListener('message', () => resolve(), { once: true })
      socket.addEventListener('close', ({ code, reason }) =>
        reject(new Error(`Not let in: ${code} ${reason}`.trim())),
      )
    })
    socket.addEventListener('message', ({ data }) => this.#receive(String(data)))
    return socket
  }

  #receive(text: string): void {
    const record = JSON.parse(text) as { id?: number } & Partial<Pushed>
    if (record.id !== undefined) this.#waiting.get(record.id)?.(record)
    else if (record.event !== undefined) this.#pushed(record as Pushed)
  }
}
