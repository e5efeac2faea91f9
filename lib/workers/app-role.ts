import type { WsLogger } from '../logging/logger.js'
import type { WsHistory } from '../transports/history/ws-history.js'
import type { BroadcastDriver } from '../transports/managed/broadcast-driver.js'
import type { DocumentOwners } from '../transports/owners/document-owners.js'
import type { WsSessionStore } from '../transports/sessions/ws-session-store.js'
import type { WorkerAddress, WorkerFigures, WorkerStatus } from './worker-messages.js'

/**
 * What an app is among the processes of its program: the only one, the one that looks after the
 * workers and takes no connections, or one of those.
 */
export type WsAppRole = 'single' | 'supervisor' | 'worker'

/** What a role needs of its app. */
export interface RoleHost {
  /**
   * Lets this process listen.
   *
   * @param isShared whether others have the same port
   */
  listen(address: WorkerAddress, isShared: boolean): Promise<number>
  /** Gives the port back, and nothing else. */
  closePort(): void
  /** Has the readiness route say 503. */
  leave(): void
  figures(): WorkerFigures
}

/** How signals end an app, in seconds. */
export interface RoleSignals {
  readonly drain: number
  readonly delay: number
  readonly signals: readonly NodeJS.Signals[]
}

/** What closes the app. */
export type CloseApp = (options: RoleSignals) => Promise<void>

/** What a supervisor keeps for its workers. */
export interface RoleStores {
  readonly history: WsHistory
  readonly sessions: WsSessionStore
}

/** An app that shares its port with other processes. */
export interface AppRole {
  readonly name: Exclude<WsAppRole, 'single'>
  readonly workerId: number | undefined
  /** Whether it is under a load that is meant: limits to what clients may send would be measured. */
  readonly isMeasured: boolean
  /** Where recovery keeps what is to outlive this process; `undefined` when nothing of it does. */
  readonly stores: RoleStores | undefined
  /** Who decides which of the workers owns a document; `undefined` when there are no others. */
  readonly owners: DocumentOwners | undefined
  /**
   * Connects a transport to the hub that carries broadcasts between the workers; `undefined` when there
   * is nobody to carry them to.
   */
  driver(): BroadcastDriver | undefined
  /**
   * Whether this is the app that the workers share: a program that is served may have others.
   *
   * @param isServed whether it is the one that the command serves
   */
  takes(isServed: boolean): boolean
  /** @returns the port, when all that has to listen does */
  start(address: WorkerAddress, host: RoleHost): Promise<number>
  /**
   * The app listens: what may end it is heard from now on.
   *
   * @returns a function that ends it; `undefined` when signals are heard as those of any app
   */
  hear(close: CloseApp, host: RoleHost): (() => void) | undefined
  /** The app has begun to close. */
  leave(): void
  /** @returns what did not go as it should */
  stop(drain: number): Promise<Error | undefined>
  status(): Promise<readonly WorkerStatus[]>
}

/** The option `cluster`, with the defaults put in. */
export interface ResolvedCluster {
  readonly workers: number
  /** Seconds in which a worker has to listen. */
  readonly startTimeout: number
}

/** What a role is made of. */
export interface RoleOptions {
  /** Absent when the app has no such option. */
  readonly cluster: ResolvedCluster | undefined
  readonly signals: RoleSignals
  /** Whether signals end the app; unless it says otherwise, they do. */
  readonly hearsSignals: boolean
  /** Milliseconds that the last close frames take. */
  readonly linger: number
  readonly logger: WsLogger
}
