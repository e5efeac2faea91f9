import { systemClock, type Clock } from './async/clock.js'
import type { Authorize } from './runtime/identity.js'
import { requireUws, type UwsModule } from './uws/native.js'
import type { AppRole, RoleOptions } from './workers/app-role.js'
import { roleOf } from './workers/role-of.js'

/** What an app stands on: sockets, time, and the process. */
export interface Platform {
  readonly clock: Clock
  /** @throws WsPlatformError when there are no sockets to be had */
  readonly loadUws: () => UwsModule
  /** Whether those are uWebSockets.js's own, with its faults. */
  readonly hasNativeSockets: boolean
  /** Whether signals may end the process, if the options say so. */
  readonly hearsSignals: boolean
  /** What an app is among the processes of its program. Default: the only one. */
  readonly roleOf?: (options: RoleOptions) => AppRole | undefined
  /** Decides about requests with the app's `authorize`, or in its place. */
  readonly admit: (authorize: Authorize | undefined) => Authorize | undefined
}

/** This machine, with uWebSockets.js. */
export const machine: Platform = {
  clock: systemClock,
  loadUws: requireUws,
  hasNativeSockets: true,
  hearsSignals: true,
  roleOf,
  admit: (authorize) => authorize,
}
