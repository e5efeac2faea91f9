import type { BackpressureLimit, RateLimit } from '../runtime/limits.js'
import type {
  CompressionOptions,
  ClusterOptions,
  LimitOptions,
  RecoveryOptions,
  SignalOptions,
} from './options.js'

/** The limits of an app that sets none. */
export const DEFAULT_LIMITS = {
  maxPayload: 64 * 1024,
  maxDepth: 32,
  idleTimeout: 60,
  maxLifetime: undefined,
  authorizeTimeout: 10,
  handlerTimeout: undefined,
  backpressure: { limit: 1024 * 1024, policy: 'close' },
  rateLimit: { perSecond: 100, burst: 200 },
  rateLimitPerIp: false,
  maxConnectionsPerIp: 256,
  maxRoomsPerConnection: 128,
  maxInFlight: 64,
  compression: false,
} as const satisfies Record<keyof LimitOptions, unknown>

/** What the option `signals: true` stands for. */
export const DEFAULT_SIGNALS = {
  /** Docker kills 10 seconds after the signal, Kubernetes 30, systemd 90. */
  drain: 8,
  delay: 0,
  signals: ['SIGTERM', 'SIGINT'],
} as const satisfies SignalOptions

/** Limits that are not options. */
export const FIXED_LIMITS = {
  maxPendingFrames: 64,
  maxPendingBytes: 256 * 1024,
  maxFaults: 10,
  disconnectTimeout: 5_000,
  /** Milliseconds that sockets may take to send their close frames. */
  closeFrameTime: 250,
  /** Milliseconds that a closing app waits for its transport to unsubscribe. */
  unsubscribeTimeout: 5_000,
  /** Milliseconds that a closing app takes to hand over its sessions. */
  sessionsTimeout: 2_000,
  /** Milliseconds that a closing app waits for the storages of its documents. */
  documentsTimeout: 30_000,
  /** The threshold of the `ws` package: below it deflate costs more than it saves. */
  compressFrom: 1024,
} as const

/** All limits, with the defaults put in. */
export interface ResolvedLimits {
  readonly maxPayload: number
  readonly maxDepth: number
  readonly idleTimeout: number
  readonly maxLifetime: number | undefined
  readonly authorizeTimeout: number
  readonly handlerTimeout: number | undefined
  readonly backpressure: BackpressureLimit
  readonly rateLimit: RateLimit | false
  readonly rateLimitPerIp: RateLimit | false
  readonly maxConnectionsPerIp: number
  readonly maxRoomsPerConnection: number
  readonly maxInFlight: number
  readonly compression: boolean | CompressionOptions
}

export function resolveLimits(options: LimitOptions): ResolvedLimits {
  const given = Object.fromEntries(
    Object.entries(options).filter(
      ([name, value]) => name in DEFAULT_LIMITS && value !== undefined,
    ),
  ) as LimitOptions
  return {
    ...DEFAULT_LIMITS,
    ...given,
    backpressure: { ...DEFAULT_LIMITS.backpressure, ...given.backpressure },
  }
}

/** The option `signals`, with the defaults put in; `undefined` when it is off. */
export function resolveSignals(
  given: boolean | SignalOptions | undefined,
): Required<SignalOptions> | undefined {
  if (given === undefined || given === false) return undefined
  const { drain, delay, signals } = given === true ? DEFAULT_SIGNALS : given
  return {
    drain: drain ?? DEFAULT_SIGNALS.drain,
    delay: delay ?? DEFAULT_SIGNALS.delay,
    signals: signals ?? DEFAULT_SIGNALS.signals,
  }
}

/** The option `cluster`, with the defaults put in; `undefined` when it was not given. */
export function resolveCluster(
  given: ClusterOptions | undefined,
): { readonly workers: number; readonly startTimeout: number } | undefined {
  if (given === undefined) return undefined
  const { workers, startTimeout = 60 } = given
  if (workers !== 'auto') return { workers, startTimeout }
  return { workers: process.getBuiltinModule('node:os').availableParallelism(), startTimeout }
}

/** Milliseconds that lost connections are kept; `undefined` when none are. */
export function resolveRecovery(given: boolean | RecoveryOptions | undefined): number | undefined {
  if (given === undefined || given === false) return undefined
  const { window = 120 } = given === true ? {} : given
  return window * 1000
}

/** Bytes from which on frames are compressed; `Infinity` when none are. */
export function resolveCompression(given: boolean | CompressionOptions): number {
  if (given === false) return Infinity
  // What is no such object has been reported.
  const { threshold } = Object(given) as CompressionOptions
  return threshold ?? FIXED_LIMITS.compressFrom
}
