import type { Socket } from 'node:net'
import type { HttpResponse, us_listen_socket } from 'uWebSockets.js'
import type { NativeApp, UwsModule } from './native.js'

const HOST = '127.0.0.1'
/** Milliseconds that whoever is let in may wait for it: a machine may talk to itself in no way. */
const PATIENCE = 1_000

/**
 * A response that is never answered, to be corked while a request is upgraded outside its callback.
 *
 * There, `response.cork(() => response.upgrade(…))` looks afterwards whether the response asks for its
 * connection to be closed, in memory that is the WebSocket's by then. Depending on what lies there, a
 * socket is closed that has just opened (uWebSockets#1928, mended in #1929 and in no release that the
 * pinned package has). Without `cork`, uWebSockets.js prints a warning each time. While something else
 * is corked, `cork` only calls back: it neither looks nor warns.
 */
export class Aside {
  readonly #uws: UwsModule
  readonly #patience: number
  #opening: Promise<void> | undefined
  #native: NativeApp | undefined
  #client: Socket | undefined
  #response: HttpResponse | undefined
  #isClosed = false

  constructor(uws: UwsModule, patience = PATIENCE) {
    this.#uws = uws
    this.#patience = patience
  }

  /** @returns done when {@link run} has what it needs, or cannot get it; never rejects */
  open(): Promise<void> {
    if (this.#isClosed) return Promise.resolve()
    return (this.#opening ??= this.#open())
  }

  /** Calls back at once, with something else corked if there is anything. */
  run(work: () => void): void {
    if (this.#response) this.#response.cork(work)
    else work()
  }

  close(): void {
    this.#isClosed = true
    this.#response = undefined
    this.#client?.destroy()
    this.#native?.close()
  }

  async #open(): Promise<void> {
    const { App, us_listen_socket_close: closePort } = this.#uws
    const native = App()
    this.#native = native
    let port: us_listen_socket | undefined
    await new Promise<void>((done) => {
      // Nobody else on this machine knows the path.
      const path = `/${crypto.randomUUID()}`
      native.get(path, (response) => {
        response.onAborted(() => {
          this.#response = undefined
          this.#opening = undefined
        })
        this.#response = response
        done()
      })
      native.listen(HOST, 0, (socket) => {
        port = socket || undefined
        if (socket) this.#connect(this.#uws.us_socket_local_port(socket), path, done)
        else done()
      })
    })
    // A port that is closed twice ends the process.
    if (port && !this.#isClosed) closePort(port)
  }

  #connect(port: number, path: string, done: () => void): void {
    // Loaded with the first connection: an import would be felt at every start.
    const client = process.getBuiltinModule('node:net').connect(port, HOST)
    client.unref()
    // Errors end in `close`.
    client.on('error', () => undefined)
    client.on('close', done)
    client.setTimeout(this.#patience, done)
    client.write(`GET ${path} HTTP/1.1\r\nHost: ${HOST}\r\n\r\n`)
    this.#client = client
  }
}
