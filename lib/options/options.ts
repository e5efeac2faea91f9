import type { DependencyContainer, InjectionToken } from '../di/tokens.js'
import type { WsLogger } from '../logging/logger.js'
import type { WsCodec, WsSubprotocolCodec } from '../protocol/codec.js'
import type { BroadcastWindow } from '../rooms/broadcast-window.js'
import type { BackpressureLimit, RateLimit } from '../runtime/limits.js'
import type { WsMiddleware, WsMiddlewareClass } from '../runtime/middleware.js'
import type { UpgradeRequest } from '../runtime/upgrade-request.js'
import type { WsBroadcastTransport } from '../transports/broadcast-transport.js'
import type { WsHistory } from '../transports/history/ws-history.js'
import type { WsSessionStore } from '../transports/sessions/ws-session-store.js'

/** TLS, as uWebSockets.js has it: paths of PEM files. */
export interface TlsOptions {
  readonly key_file_name: string
  readonly cert_file_name: string
  readonly ca_file_name?: string
  readonly passphrase?: string
  readonly dh_params_file_name?: string
  readonly ssl_ciphers?: string
  readonly ssl_prefer_low_memory_usage?: boolean
}

/** When a signal of the operating system ends the app. */
export interface SignalOptions {
  /** Seconds that handlers may take to finish. Default: 8, since Docker kills after 10. */
  readonly drain?: number
  /** Seconds to go on as before while the readiness route says 503. Default: 0. */
  readonly delay?: number
  /** Default: SIGTERM and SIGINT. */
  readonly signals?: readonly NodeJS.Signals[]
}

/** Paths of the health routes. */
export interface HealthOptions {
  /** 200 as long as the process answers at all. Default: `/livez`. */
  readonly live?: string
  /** 200, or 503 when the app closes or its broadcast transport is down. Default: `/readyz`. */
  readonly ready?: string
  /** All workers as JSON: 200, or 503 when one does not listen. Default: no such route. */
  readonly workers?: string
}

/** How an app is spread over processes that share its port. */
export interface ClusterOptions {
  /** How many, 1 to 1,024; `'auto'` for one on each core. */
  readonly workers: number | 'auto'
  /** Seconds in which a worker has to listen; past them it is started anew. Default: 60. */
  readonly startTimeout?: number
}

/** What is kept of a client that lost its connection. */
export interface RecoveryOptions {
  /** Seconds that it may stay away, 1 to 86,400. Default: 120. */
  readonly window?: number
  /**
   * Where other processes find lost connections, so that a client can be continued by any: a
   * `RedisSessionStore`. Default: by this process only.
   */
  readonly sessions?: WsSessionStore
}

/** What is compressed. */
export interface CompressionOptions {
  /** Bytes from which on a frame is, 1 to 1,073,741,824. Default: 1,024. */
  readonly threshold?: number
}

/** The limits of an app. All are on by default. */
export interface LimitOptions {
  /** Bytes of one message. Default: 65,536. Past it the socket is closed (the peer may see 1006). */
  readonly maxPayload?: number
  /** Nested arrays and objects in one message, 1 to 256. Default: 32. Past it: 400. */
  readonly maxDepth?: number
  /**
   * Seconds without a sign of life; pings are sent automatically. 8 to 960, or 0 for none.
   * Default: 60. Past it the connection is closed.
   */
  readonly idleTimeout?: number
  /**
   * Milliseconds that a handler may take, with its middleware; `@Timeout` says otherwise. Default: off.
   * Past it: 408.
   */
  readonly handlerTimeout?: number
  /**
   * Seconds a connection may last at most; each ends up to 10 % earlier, so that not all come back at
   * once. Default: off. Past it: closed with 1001.
   */
  readonly maxLifetime?: number
  /** Seconds that `authorize` may take. Default: 10. Past it: closed with 4408. */
  readonly authorizeTimeout?: number
  /**
   * Bytes that may wait for one socket, and what happens past them.
   * Default: `{ limit: 1_048_576, policy: 'close' }`, which closes with 1013.
   */
  readonly backpressure?: Partial<BackpressureLimit>
  /**
   * Messages (and pings) of one connection; `false` for no limit.
   * Default: `{ perSecond: 100, burst: 200 }`. Past it: 429; closed with 1013 when it goes on.
   */
  readonly rateLimit?: RateLimit | false
  /**
   * Messages (and pings) of all connections from one address (of IPv6: one /64) together. Default:
   * false, no limit, since behind one address there may be one client or a whole company. Past it: 429.
   */
  readonly rateLimitPerIp?: RateLimit | false
  /** Connections from one address. Default: 256. Past it: HTTP 429 at the upgrade. */
  readonly maxConnectionsPerIp?: number
  /** Rooms one connection may be in. Default: 128. Past it: 400. */
  readonly maxRoomsPerConnection?: number
  /** Unfinished handlers of one connection. Default: 64. Past it: 429. */
  readonly maxInFlight?: number
  /**
   * permessage-deflate for frames from a threshold on; `true` is `{ threshold: 1024 }`. Default: false,
   * since a broadcast is compressed again for every member.
   */
  readonly compression?: boolean | CompressionOptions
}

/** What {@link createWsApp} takes. */
export interface WsAppOptions extends LimitOptions {
  /** The controller classes. */
  readonly controllers: readonly (abstract new (...args: never[]) => object)[]
  /** The app works in a child of it. Default: tsyringe's global container. */
  readonly container?: DependencyContainer
  /**
   * A transport, or the injection token of one. Default: what the container has under the token
   * `BroadcastTransport`, else none: this process only.
   */
  readonly broadcastTransport?: WsBroadcastTransport | InjectionToken<WsBroadcastTransport>
  /** The path that accepts WebSockets, as a path-to-regexp pattern. Default: any path. */
  readonly upgradePath?: string
  /**
   * Says who a client is: what it returns is the connection's `session`. A thrown `WsError` refuses
   * it: 401 closes with 4401, 403 with 4403. Default: everyone, with an empty session.
   */
  readonly authorize?: (request: UpgradeRequest) => unknown
  /**
   * Whose a session is, for `server.user(id)` and `connection.userId`. Default: the session's `userId`,
   * else its `user` when that is text or a number, else `user.id`.
   */
  readonly userId?: (session: never) => string | number | null | undefined
  /**
   * Whether a client that speaks `enfilade.v1`, and that `authorize` refuses with 401, may send a token as
   * its first message; `authorize` is then asked again, with `request.token`. It has `authorizeTimeout` for
   * it. Default: false.
   */
  readonly awaitToken?: boolean
  /**
   * How `authorize` refuses: `close` accepts the socket and closes it with a code that a browser can
   * read; `http` answers with the HTTP status. Default: `close`.
   */
  readonly refuse?: 'close' | 'http'
  /**
   * Origins that may connect, or `'*'`. A request without Origin is no browser's and passes.
   * Default: the host the request was sent to.
   */
  readonly origins?: readonly string[] | '*'
  /**
   * Whose `X-Forwarded-For` to believe: `true` for anyone's, a number of proxies in front, or their
   * addresses and subnets. Default: nobody's.
   */
  readonly trustProxy?: boolean | number | readonly string[]
  /**
   * How long pushes to a room are gathered, so that many senders share one write per member, in
   * milliseconds up to 1,000; `'auto'` gathers for 2 ms in rooms that are busy. Each stays a message of
   * its own; replies do not wait. Default: 0, not at all.
   */
  readonly broadcastWindow?: BroadcastWindow
  /** Middleware around every handler, in order. Default: none. */
  readonly use?: readonly (WsMiddleware | WsMiddlewareClass)[]
  /** The codec of whoever chooses no other. Default: JSON. */
  readonly codec?: WsCodec
  /**
   * Codecs that clients may choose by a sub-protocol, such as `msgpack()` of `enfilade/msgpack`: each push
   * is encoded once for each of them that somebody in the room reads. Default: none.
   */
  readonly codecs?: readonly WsSubprotocolCodec[]
  /** A logger with pino's shape, or `false` for none. Default: pino, at the level `LOG_LEVEL`. */
  readonly logger?: WsLogger | false
  /** Default: off. */
  readonly tls?: TlsOptions
  /**
   * Closes the app on SIGTERM and SIGINT, with a drain, and ends the process with code 0; a second
   * signal ends it at once. Default: off.
   */
  readonly signals?: boolean | SignalOptions
  /**
   * Where the pushes are kept of rooms whose controller has `history`, so that a client can continue on
   * another process: a `RedisHistory` or `JetStreamHistory`. Default: the memory of this process.
   */
  readonly history?: WsHistory
  /**
   * Keeps a lost connection of a client that speaks `enfilade.v1`, its rooms, what it may do there and
   * its presence, so that the client can continue it. `@OnLeave` and `@OnDisconnect` run when it did
   * not come back in time. Default: false. `true` is `{ window: 120 }`.
   */
  readonly recovery?: boolean | RecoveryOptions
  /**
   * Runs the program several times: `listen` starts the workers, which share the port, and the process
   * that calls it looks after them. `signals` is then on by default. Default: this process only.
   */
  readonly cluster?: ClusterOptions
  /** HTTP routes that say whether the process lives and whether it wants clients. Default: off. */
  readonly health?: boolean | HealthOptions
}
