import { systemClock } from '../../lib/async/clock.js'
import { silentLogger } from '../../lib/logging/logger.js'
import { DEFAULT_LIMITS, FIXED_LIMITS } from '../../lib/options/defaults.js'
import { jsonCodec, type WsCodec } from '../../lib/protocol/codec.js'
import { Encodings } from '../../lib/rooms/encodings/encodings.js'
import { WsRoomManager } from '../../lib/rooms/ws-room-manager.js'
import type { AppHost } from '../../lib/runtime/app-host.js'
import type { ConnectionSocket } from '../../lib/runtime/connection-socket.js'
import type { RuntimeLimits } from '../../lib/runtime/limits.js'
import { Detours } from '../../lib/runtime/detours.js'
import { LiveConnection, type ConnectionIdentity } from '../../lib/runtime/live-connection.js'
import { Streams } from '../../lib/runtime/streams/streams.js'
import { TurnQueue } from '../../lib/runtime/turn-queue.js'
import type { WsConnection } from '../../lib/runtime/ws-connection.js'
import { WsCounters } from '../../lib/runtime/ws-counters.js'
import { WsEvents } from '../../lib/runtime/ws-events.js'
import { WsServer } from '../../lib/runtime/ws-server.js'

/** The socket of a unit test: remembers what is sent, and throws once closed as uWS's does. */
export class FakeSocket implements ConnectionSocket {
  readonly frames: { frame: string | Uint8Array; isBinary: boolean; compress: boolean }[] = []
  readonly topics = new Set<string>()
  closed: { code: number | undefined; reason: string | undefined } | undefined
  /** What `send` returns: 1 sent, 0 queued, 2 dropped. */
  status = 1
  buffered = 0
  /** Called when it has been closed, before `end` returns. */
  onEnd: ((code: number, reason: string) => void) | undefined

  /** The text frames, parsed. */
  get records(): unknown[] {
    return this.frames.map(({ frame }) => JSON.parse(String(frame)) as unknown)
  }

  send(frame: string | Uint8Array, isBinary = false, compress = false): number {
    this.#mustBeOpen()
    this.frames.push({ frame, isBinary, compress })
    return this.status
  }

  cork(callback: () => void): void {
    this.#mustBeOpen()
    callback()
  }

  getBufferedAmount(): number {
    this.#mustBeOpen()
    return this.buffered
  }

  end(code?: number, reason?: string): void {
    this.#mustBeOpen()
    this.closed = { code, reason }
    this.onEnd?.(code ?? 1005, reason ?? '')
  }

  subscribe(topic: string): boolean {
    this.#mustBeOpen()
    this.topics.add(topic)
    return true
  }

  unsubscribe(topic: string): boolean {
    this.#mustBeOpen()
    return this.topics.delete(topic)
  }

  publish(): boolean {
    this.#mustBeOpen()
    return true
  }

  #mustBeOpen(): void {
    if (this.closed) throw new Error('the socket is closed')
  }
}

/** What a host may be given; the rest is as in an app without options. */
export interface HostParts extends Partial<Omit<AppHost, 'limits'>> {
  limits?: Partial<RuntimeLimits>
  /** In place of JSON. */
  codec?: WsCodec
}

/** What the connections of an app share, without an app. */
export function createHost({ limits, codec = jsonCodec, ...parts }: HostParts = {}): AppHost {
  const { maxPayload, idleTimeout, maxDepth, backpressure, rateLimit, maxInFlight } = DEFAULT_LIMITS
  const encodings = parts.encodings ?? new Encodings(codec)
  const counters = parts.counters ?? new WsCounters()
  const rooms = parts.rooms ?? new WsRoomManager<WsConnection>()
  return {
    clock: systemClock,
    encodings,
    logger: silentLogger,
    counters,
    streams: new Streams({
      ...{ clock: systemClock, counters, logger: silentLogger },
      limit: backpressure.limit,
    }),
    events: new WsEvents((error) => {
      throw error
    }),
    rooms,
    server: new WsServer({
      rooms,
      encodings,
      clock: systemClock,
      nodes: () => [],
      publishAll: () => undefined,
      added: () => undefined,
      reauthorize: () => Promise.resolve(),
    }),
    isProduction: false,
    turn: new TurnQueue((error) => {
      throw error
    }),
    detours: new Detours(limits?.backpressure?.policy ?? backpressure.policy, () => undefined),
    ...parts,
    limits: {
      ...FIXED_LIMITS,
      ...{ maxPayload, idleTimeout, maxDepth, backpressure, rateLimit, maxInFlight },
      rateLimitPerIp: false,
      compressFrom: Infinity,
      ...limits,
    },
  }
}

/** A connection over a `FakeSocket`. */
export function createConnection(
  host: AppHost = createHost(),
  identity: Partial<ConnectionIdentity> = {},
): { connection: LiveConnection; socket: FakeSocket } {
  const socket = new FakeSocket()
  const connection = new LiveConnection(host, socket, {
    session: undefined,
    remoteAddress: '192.0.2.1',
    subprotocol: '',
    ...identity,
  })
  return { connection, socket }
}
