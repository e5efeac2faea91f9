import type { NodeConnectionOptions } from '@nats-io/transport-node'
import { showValue } from '../../errors/show-value.js'
import type { StoreOptions } from '../managed/store-link.js'
import { resolveNatsOptions } from './nats-options.js'
import { OURS } from './nats-session.js'

/** What {@link JetStreamHistory} takes; everything has a default. */
export interface JetStreamHistoryOptions extends StoreOptions {
  /** Where the servers are: `localhost:4222`, or several. Default: what `nats` says. */
  readonly servers?: string | string[]
  /** Options of `@nats-io/transport-node`, as of `NatsBroadcastTransport`. */
  readonly nats?: NodeConnectionOptions
  /** What all subjects start with. Apps that share servers need one each. Default: `enfilade`. */
  readonly prefix?: string
  /** The most pushes that are kept of a room, 1 to 10,000. Default: 200. */
  readonly size?: number
  /** The most seconds that a push is kept, 1 to 86,400. Default: 120. */
  readonly ttl?: number
  /** Where streams are that do not exist yet: `file` outlives the servers. Default: `file`. */
  readonly storage?: 'file' | 'memory'
  /** On how many servers each stream is that does not exist yet, 1 to 5. Default: 1. */
  readonly replicas?: number
}

/** The options, checked, with the defaults put in. */
export interface ResolvedJetStreamOptions {
  readonly nats: NodeConnectionOptions
  readonly prefix: string
  readonly size: number
  readonly ttl: number
  readonly storage: 'file' | 'memory'
  readonly replicas: number
  /** Milliseconds that an answer may take, as far as NATS is concerned: what is late is told before. */
  readonly patience: number
}

/** @throws TypeError when an option is not what it may be */
export function resolveJetStreamOptions(
  options: JetStreamHistoryOptions,
): ResolvedJetStreamOptions {
  const { size = 200, ttl = 120, storage = 'file', replicas = 1, timeout = 0 } = options
  checkCount('size', size, 10_000)
  checkCount('ttl', ttl, 86_400)
  checkCount('replicas', replicas, 5)
  if (!['file', 'memory'].includes(storage)) {
    throw new TypeError(`storage: ${showValue(storage)} is not "file" or "memory"`)
  }
  const patience = Math.max(OURS.timeout, timeout * 2)
  return { ...resolveNatsOptions(options), size, ttl, storage, replicas, patience }
}

function checkCount(name: string, value: unknown, most: number): void {
  if (Number.isInteger(value) && Number(value) >= 1 && Number(value) <= most) return
  throw new TypeError(`${name}: ${showValue(value)} is no whole number from 1 to ${most}`)
}
