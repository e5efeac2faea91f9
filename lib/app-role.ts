import { ManagedTransport } from './transports/managed/managed-transport.js'
import type { Problems } from './errors/problems.js'
import type { WsLogger } from './logging/logger.js'
import {
  DEFAULT_SIGNALS,
  FIXED_LIMITS,
  resolveCluster,
  resolveLimits,
  resolveRecovery,
  resolveSignals,
  type ResolvedLimits,
} from './options/defaults.js'
import type { WsAppOptions } from './options/options.js'
import type { Platform } from './platform.js'
import type { AppRole, RoleHost } from './workers/app-role.js'
import type { WsAppParts } from './ws-app.js'

/** What an app is among the processes of its program; `undefined` when it is the only one. */
export function findRole(
  options: WsAppOptions,
  { platform, logger }: { readonly platform: Platform; readonly logger: WsLogger },
  problems: Problems,
): AppRole | undefined {
  const isUsable = !['cluster', 'signals'].some((name) => problems.has(`createWsApp.${name}`))
  if (!isUsable) return undefined
  return platform.roleOf?.({
    cluster: resolveCluster(options.cluster),
    signals: resolveSignals(options.signals) ?? DEFAULT_SIGNALS,
    hearsSignals: options.signals !== false,
    linger: FIXED_LIMITS.closeFrameTime,
    logger,
  })
}

/** No limit that a load would reach, but one all the same: what it costs is part of what is measured. */
const NO_RATE = { perSecond: 1e9, burst: 1e9 }

/** What the options come to, with what the role has to say of them. */
export function settingsFor<S extends { options: WsAppOptions; limits: ResolvedLimits }>(
  role: AppRole | undefined,
  settings: S,
  problems: Problems,
): S {
  if (!role) return settings
  const options = optionsFor(role, settings.options, problems)
  return { ...settings, options, limits: resolveLimits(options) }
}

function optionsFor(role: AppRole, options: WsAppOptions, problems: Problems): WsAppOptions {
  if (role.isMeasured) {
    const { rateLimit, rateLimitPerIp } = options
    return {
      ...options,
      maxConnectionsPerIp: Infinity,
      ...(rateLimit !== false && { rateLimit: NO_RATE }),
      ...(rateLimitPerIp !== undefined && rateLimitPerIp !== false && { rateLimitPerIp: NO_RATE }),
    }
  }
  const { recovery, history } = options
  const isUsable = !['recovery', 'history'].some((name) => problems.has(`createWsApp.${name}`))
  if (!role.stores || !isUsable || resolveRecovery(recovery) === undefined) return options
  return {
    ...options,
    history: history ?? role.stores.history,
    recovery: { sessions: role.stores.sessions, ...(typeof recovery === 'object' && recovery) },
  }
}

/** A transport between the workers, which needs no broker; `undefined` when there are no others. */
export function transportOf(role: AppRole, logger: WsLogger): ManagedTransport | undefined {
  const driver = role.driver()
  if (!driver) return undefined
  return new ManagedTransport(driver, {
    onError: (error) => logger.error({ err: error }, 'a listener of the transport failed'),
  })
}

/**
 * An app that shares its port with others: a supervisor starts them in place of itself, and a worker
 * does what its supervisor says.
 *
 * @param transport closed with the app; absent when it has one of its own
 */
export function withRole(
  parts: WsAppParts,
  role: AppRole,
  transport: ManagedTransport | undefined,
): WsAppParts {
  const host: RoleHost = {
    listen: ({ port, host: address }, isShared) => parts.start(port, address, isShared),
    closePort: () => parts.closePort(),
    leave: () => (parts.readiness.isClosing = true),
    figures: () => {
      const { user, system } = process.cpuUsage()
      const cpu = (user + system) / 1e6
      return { connections: parts.server.size, memory: process.memoryUsage.rss(), cpu }
    },
  }
  return {
    ...parts,
    role,
    onSignals: (close) => role.hear(close, host) ?? parts.onSignals(close),
    start: (port, address, isServed) =>
      role.takes(isServed)
        ? role.start({ port, host: address }, host)
        : parts.start(port, address, false),
    stop: async (drain) => {
      const fault = await role.stop(drain / 1000)
      try {
        await parts.stop(drain)
      } finally {
        await transport?.close()
      }
      if (fault) throw fault
    },
  }
}
