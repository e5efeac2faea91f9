import type { NodeConnectionOptions } from '@nats-io/transport-node'
import { showValue } from '../../errors/show-value.js'
import type { ManagedTransportOptions } from '../managed/managed-options.js'

/** What {@link NatsBroadcastTransport} takes; everything has a default. */
export interface NatsBroadcastTransportOptions extends ManagedTransportOptions {
  /** Where the servers are: `localhost:4222`, or several. Default: what `nats` says. */
  readonly servers?: string | string[]
  /**
   * Options of `@nats-io/transport-node`: `user`, `pass`, `token`, `authenticator`, `tls`. Those of
   * reconnecting are set by the transport. Default: the local host, port 4222.
   */
  readonly nats?: NodeConnectionOptions
  /**
   * What all subjects start with, up to a dot. Apps that share servers need one each. Default:
   * `enfilade`.
   */
  readonly prefix?: string
}

/** The options, checked, with the defaults put in. */
export interface ResolvedNatsOptions {
  readonly nats: NodeConnectionOptions
  readonly prefix: string
}

/** @throws TypeError when an option is not what it may be */
export function resolveNatsOptions(options: NatsBroadcastTransportOptions): ResolvedNatsOptions {
  const { servers, nats = {}, prefix = 'enfilade' } = options
  const isSubject = typeof prefix === 'string' && /^[^\s.*>]+(\.[^\s.*>]+)*$/.test(prefix)
  if (!isSubject) {
    const mend = 'words joined by dots, without spaces, "*" and ">"'
    throw new TypeError(`prefix: ${showValue(prefix)} is no subject; use ${mend}`)
  }
  return { nats: servers === undefined ? nats : { ...nats, servers }, prefix }
}
