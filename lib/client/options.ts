import type { WsSubprotocolCodec } from '../protocol/codec.js'
import type { WebSocketClass } from './platform.js'

/** A value, or a function that is asked for it at each attempt to connect. */
export type PerAttempt<T> = T | (() => T | Promise<T>)

/** The options of `createWsClient`. Times are in milliseconds. */
export interface WsClientOptions {
  /** Whether to connect again after a loss. Default: true. */
  readonly reconnect?: boolean
  /** How long a call waits for its reply, the connection included. Default: 10,000. */
  readonly rpcTimeout?: number
  /**
   * Asked at each attempt to connect. The token is the first message, `$token`, so that it is in no
   * address and in no log; `undefined` sends none. Default: none.
   */
  readonly token?: () => TokenAnswer | Promise<TokenAnswer>
  /** How many messages wait for the connection at most. Default: 100. */
  readonly maxQueue?: number
  /** How long an attempt to connect may take. Default: 10,000. */
  readonly connectTimeout?: number
  /** Silence after which the server is asked for a sign of life; 0: never. Default: 25,000. */
  readonly pingInterval?: number
  /** How long that sign may take before the connection counts as lost. Default: 10,000. */
  readonly pingTimeout?: number
  /** Between two changes of one's presence on the wire. Default: 50. */
  readonly presenceInterval?: number
  /**
   * A codec to use with servers that have it, such as `msgpack()` of `enfilade/msgpack`; others are talked
   * to in JSON. Default: JSON.
   */
  readonly codec?: WsSubprotocolCodec
  /** The WebSocket class. Default: the global one. */
  readonly WebSocket?: WebSocketClass
}

/** What the option `token` may answer. */
export type TokenAnswer = string | null | undefined

/** The options with their defaults. */
export type ClientSettings = Required<Omit<WsClientOptions, 'token' | 'codec' | 'WebSocket'>> &
  Pick<WsClientOptions, 'token' | 'codec'>

/** The options a client has when nothing is said. */
export const CLIENT_DEFAULTS = {
  reconnect: true,
  rpcTimeout: 10_000,
  // Half of the burst that the server's rate limit allows: the queue is sent in one go.
  maxQueue: 100,
  connectTimeout: 10_000,
  // Less than half of the server's idleTimeout.
  pingInterval: 25_000,
  pingTimeout: 10_000,
  // 20 a second: as smooth as a cursor needs to be.
  presenceInterval: 50,
} as const satisfies ClientSettings

/** @throws TypeError for an option that is none, or not of its kind */
export function readOptions(options: WsClientOptions): ClientSettings {
  const { WebSocket, token, codec, ...rest } = options
  const given = Object.entries<unknown>(rest).filter(([, value]) => value !== undefined)
  for (const [name, value] of given) {
    if (!Object.hasOwn(CLIENT_DEFAULTS, name)) fail(`there is no option ${name}`)
    const kind = typeof CLIENT_DEFAULTS[name as keyof typeof CLIENT_DEFAULTS]
    if (typeof value !== kind) fail(`${name} must be a ${kind}`)
    // Also what is no number at all.
    if (typeof value === 'number' && !(value >= 0)) fail(`${name} must not be below 0`)
  }
  for (const [name, value] of Object.entries<unknown>({ WebSocket, token })) {
    if (value !== undefined && typeof value !== 'function') fail(`${name} must be a function`)
  }
  if (codec && typeof codec.subprotocol !== 'string') fail('codec must be one such as msgpack()')
  return {
    ...CLIENT_DEFAULTS,
    ...(Object.fromEntries(given) as typeof rest),
    ...(token && { token }),
    ...(codec && { codec }),
  }
}

function fail(text: string): never {
  throw new TypeError(`createWsClient: ${text}`)
}
