import type { WsPush, WsReply } from '../protocol/records.js'
import { backOff } from './back-off.js'
import { Heartbeat } from './heartbeat.js'
import { ENFILADE_V1 } from '../protocol/subprotocol.js'
import { Link, type LinkTarget, type WsClose } from './link.js'
import type { ClientSettings, TokenAnswer } from './options.js'
import type { Platform } from './platform.js'
import { isTransient, WsClientError } from './ws-client-error.js'

/** How a client stands. `closed` lasts until `connect()`; the others pass by themselves. */
export type WsStatus = 'connecting' | 'open' | 'reconnecting' | 'closed'

/** What a connector works with. */
export interface ConnectorParts {
  readonly platform: Platform
  readonly settings: ClientSettings
  /** Asked at each attempt. */
  readonly url: () => string | Promise<string>
  readonly hooks: ConnectorHooks
}

/** Who hears of a connection. */
interface ConnectorHooks {
  /** A socket opened: what there is to do before anything else is sent. */
  restore(token: TokenAnswer): Promise<void> | undefined
  record(record: WsReply | WsPush): void
  lost(close: WsClose): void
  /** @param close why, for `reconnecting` and `closed` */
  status(status: WsStatus, close?: WsClose): void
  ping(): void
}

/** Milliseconds. A connection that ends sooner has not ended the trouble. */
const STABLE = 5_000

/** Keeps a connection: attempts, their pace, and finding out that one is dead. */
export class Connector {
  readonly #parts: ConnectorParts
  readonly #heartbeat: Heartbeat
  #stopListening: (() => void) | undefined
  #status: WsStatus = 'closed'
  /** Of the attempt under way, or of the connection. */
  #socket: Link | undefined
  #link: Link | undefined
  /** Counts attempts and ends: what belongs to an earlier one comes too late. */
  #turn = 0
  #failures = 0
  #openedAt = 0
  #notBefore = 0
  #stayAway = 0
  /** Of the pause, or of the attempt's time-out. */
  #cancelTimer: (() => void) | undefined
  #isPausing = false
  /** The server spoke it once: a failure is a failure then. */
  #knowsV1 = false

  constructor(parts: ConnectorParts) {
    this.#parts = parts
    const { platform, settings, hooks } = parts
    this.#heartbeat = new Heartbeat({
      platform,
      interval: settings.pingInterval,
      timeout: settings.pingTimeout,
      ping: () => hooks.ping(),
      dead: () => this.#lose({ code: 1006, reason: 'The server gave no sign of life' }),
    })
  }

  get status(): WsStatus {
    return this.#status
  }

  /** The socket, once it is open. */
  get link(): Link | undefined {
    return this.#link
  }

  /** Starts an attempt, unless there is a connection or one under way. */
  connect(): void {
    if (this.#status !== 'closed') return
    this.#stopListening = this.#parts.platform.onWake(() => this.#wake())
    this.#setStatus('connecting')
    this.#attempt()
  }

  /** The server can answer pings. */
  startHeartbeat(): void {
    this.#knowsV1 = true
    this.#heartbeat.start()
  }

  /** Not to come back for some milliseconds after the connection has closed. */
  stayAway(milliseconds: number): void {
    this.#stayAway = milliseconds
  }

  close(): void {
    if (this.#status !== 'closed') this.#end({ code: 1000, reason: 'The client closed' })
  }

  #attempt(): void {
    const { connectTimeout } = this.#parts.settings
    this.#isPausing = false
    this.#setTimer(
      () => this.#lose({ code: 1006, reason: `No connection within ${connectTimeout} ms` }),
      connectTimeout,
    )
    const turn = ++this.#turn
    void this.#dial(turn)
  }

  async #dial(turn: number): Promise<void> {
    const { url, settings } = this.#parts
    try {
      // The functions first: what they throw is a failed attempt as well.
      const [address, token] = await Promise.all([url(), settings.token?.()])
      const { codec } = settings
      const protocols = codec ? [codec.subprotocol, ENFILADE_V1] : [ENFILADE_V1]
      if (turn === this.#turn) this.#open({ url: address, protocols, codec }, token)
    } catch (error) {
      if (turn === this.#turn) this.#fail(error)
    }
  }

  #open(target: LinkTarget, token: TokenAnswer): void {
    const { platform, hooks } = this.#parts
    // By the standard a client has to refuse a server that answers an offer with no choice.
    const mayBePlain = target.protocols.length > 0 && !this.#knowsV1 && typeof token !== 'string'
    const link = new Link(platform.WebSocket, target, {
      open: () => this.#opened(link, token),
      record: (record) => {
        this.#heartbeat.heard()
        hooks.record(record)
      },
      close: (close) => {
        if (mayBePlain && !this.#link) this.#open({ ...target, protocols: [] }, token)
        else this.#lose(close)
      },
    })
    this.#socket = link
  }

  #opened(link: Link, token: TokenAnswer): void {
    const turn = this.#turn
    this.#clearTimer()
    this.#link = link
    const restored = this.#parts.hooks.restore(token)
    if (!restored) {
      this.#ready()
      return
    }
    void restored.then(
      () => {
        if (turn === this.#turn) this.#ready()
      },
      (error: unknown) => {
        if (turn === this.#turn) this.#fail(error)
      },
    )
  }

  #ready(): void {
    this.#openedAt = this.#parts.platform.now()
    this.#notBefore = 0
    this.#setStatus('open')
  }

  /** An attempt failed: for good when an answer says so, else like any other loss. */
  #fail(error: unknown): void {
    const reason = error instanceof Error ? error.message : String(error)
    const isAnswer = error instanceof WsClientError && !isTransient(error)
    const isStandard = isAnswer && error.code >= 400 && error.code < 500
    if (!isAnswer) this.#lose({ code: 1006, reason })
    else this.#end({ code: isStandard ? 4000 + error.code : 4400, reason })
  }

  #lose(close: WsClose): void {
    const isFinal = close.code === 1000 || (close.code >= 4000 && close.code <= 4999)
    if (isFinal || !this.#parts.settings.reconnect) {
      this.#end(close)
      return
    }
    const { platform, hooks } = this.#parts
    const now = platform.now()
    if (this.#status === 'open' && now - this.#openedAt >= STABLE) this.#failures = 0
    this.#letGo()
    // A drain may have taken longer than that by now.
    if (this.#stayAway > 0) this.#notBefore = now + this.#stayAway
    this.#stayAway = 0
    const pause = Math.max(0, this.#notBefore - now) + backOff(this.#failures++, platform.random)
    this.#isPausing = true
    this.#setTimer(() => this.#attempt(), pause)
    this.#status = 'reconnecting'
    hooks.lost(close)
    hooks.status('reconnecting', close)
  }

  #end(close: WsClose): void {
    this.#letGo(1000)
    this.#stopListening?.()
    this.#failures = 0
    this.#status = 'closed'
    this.#parts.hooks.lost(close)
    this.#parts.hooks.status('closed', close)
  }

  #letGo(code?: number): void {
    this.#turn++
    this.#clearTimer()
    this.#isPausing = false
    this.#heartbeat.stop()
    this.#socket?.drop(code)
    this.#socket = undefined
    this.#link = undefined
  }

  #wake(): void {
    if (this.#status === 'open') this.#heartbeat.probe()
    else if (this.#isPausing && this.#parts.platform.now() >= this.#notBefore) {
      this.#clearTimer()
      this.#attempt()
    }
  }

  #setStatus(status: WsStatus, close?: WsClose): void {
    this.#status = status
    this.#parts.hooks.status(status, close)
  }

  #setTimer(run: () => void, milliseconds: number): void {
    this.#clearTimer()
    this.#cancelTimer = this.#parts.platform.schedule(() => {
      this.#cancelTimer = undefined
      run()
    }, milliseconds)
  }

  #clearTimer(): void {
    this.#cancelTimer?.()
    this.#cancelTimer = undefined
  }
}
