import { showValue } from '../errors/show-value.js'
import { WsApp, type CloseOptions, type WsAppParts } from '../ws-app.js'
import { ClientLink } from './client-link.js'
import type { GivenSessions } from './given-sessions.js'
import type { MemoryApp } from './memory/memory-app.js'
import type { UpgradeAsk } from './memory/memory-request.js'
import { within } from './patience.js'
import type { TestConnectOptions } from './test-app-options.js'
import { TestClient, type TestClientParts } from './test-client.js'
import { TestClock } from './test-clock.js'
import { testJson, type TestCodec } from './test-codec.js'
import { TestConnectError } from './test-connect-error.js'
import { createTestWebSocket, type TestWebSocketClass } from './test-web-socket.js'
import { TestWaitError } from './test-wait-error.js'
import { askFor } from './upgrade-ask.js'
import type { VirtualClock } from './virtual-clock.js'

/** What a test app works with. */
export interface TestAppParts {
  readonly app: WsAppParts
  readonly sockets: MemoryApp
  readonly clock: VirtualClock
  readonly sessions: GivenSessions
  /** The app's own. */
  readonly codec: TestCodec | undefined
  readonly patience: number
}

/** An app in memory, as `createTestApp` makes it: a `WsApp` whose clients and time are the test's. */
export class TestApp extends WsApp {
  /** Stands still until the test advances it. */
  readonly clock: TestClock
  readonly #parts: TestAppParts
  #starting: Promise<unknown> | undefined

  /** @internal */
  constructor(parts: TestAppParts) {
    super(parts.app)
    this.#parts = parts
    this.clock = new TestClock(parts.clock)
  }

  /**
   * Connects a client, and starts the app with the first one.
   *
   * @param session what the client's `session` is: `authorize` is not asked. Without it, `authorize` is
   * asked as about any client, if the app has one
   * @returns the client when the app is at rest, as a promise that rejects with a `TestConnectError`
   * when it was not let in
   * @throws TypeError for wrong options, as a rejection
   */
  connect(session?: unknown, options: TestConnectOptions = {}): Promise<TestClient> {
    const { patience } = this.#parts
    return within(this.#connect(session, options), patience, () => {
      const text = `connect: nothing has come of it for ${patience} ms of real time. `
      return new TestWaitError(`${text}If authorize waits for time to pass, advance app.clock.`, [])
    })
  }

  /**
   * A WebSocket class that leads here, for the client of `enfilade/client` and what is built on it. The
   * pauses and deadlines of a client are real time.
   *
   * @param session as for {@link connect}
   * @param options as for {@link connect}; address and sub-protocols are those of the client
   * @example
   * ```ts
   * const client = createWsClient('ws://test', { WebSocket: app.webSocket({ userId: 'ann' }) })
   * ```
   */
  webSocket(
    session?: unknown,
    options: Omit<TestConnectOptions, 'path' | 'protocol' | 'codec'> = {},
  ): TestWebSocketClass {
    return createTestWebSocket((link, { pathname, search }, protocols) => {
      const ask = askFor({ ...options, path: pathname + search, protocol: protocols })
      return this.#dial(link, session, ask)
    })
  }

  /**
   * Waits until the app is at rest: what was sent has arrived, and nothing is left to do before time
   * passes. What did not come until then does not come. Files, databases and timers of your own are not
   * waited for.
   */
  settle(): Promise<void> {
    return this.#parts.clock.settle()
  }

  /**
   * Closes the app, as `WsApp.close`. Meanwhile its clock goes with the real time, so that what hangs is
   * given up as in real life; it may be advanced, too.
   */
  override close(options?: CloseOptions): Promise<void> {
    const closing = this.#parts.clock.accompany(super.close(options))
    closing.catch(() => undefined)
    return closing
  }

  async #connect(session: unknown, options: TestConnectOptions): Promise<TestClient> {
    const ask = askFor(options)
    const { patience } = this.#parts
    const dial: TestClientParts['dial'] = async (read) => {
      const link = new ClientLink(read)
      await this.#dial(link, session, ask)
      return link
    }
    const codec = options.codec ?? this.#parts.codec ?? testJson
    const client = await TestClient.open({ dial, codec, settle: () => this.settle(), patience })
    await this.settle()
    if (!client.isOpen) throw new TestConnectError(await client.closed)
    return client
  }

  /** Rejects with a `TestConnectError`. */
  async #dial(link: ClientLink, session: unknown, ask: UpgradeAsk): Promise<void> {
    const { sockets, sessions } = this.#parts
    if (this.status === 'created') this.#starting = this.listen()
    await this.#starting
    await sessions.with(session, () => link.open(sockets, ask))
  }
}

/** @throws RangeError for what is no number of milliseconds */
export function checkPatience(patience: number): number {
  if (!Number.isFinite(patience) || patience <= 0) {
    const given = showValue(patience)
    throw new RangeError(`createTestApp: patience must be milliseconds, got ${given}`)
  }
  return patience
}
