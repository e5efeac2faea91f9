import type { RoomPosition } from '../protocol/v1.js'
import type {
  HistoryAppend,
  HistoryBounds,
  HistoryEntry,
} from '../transports/history/ws-history.js'
import type { BrokerMessage } from '../transports/managed/broadcast-driver.js'
import type { SessionLease, SessionRecord } from '../transports/sessions/ws-session-store.js'

/** What a worker is doing. */
export type WorkerState =
  /** Its process has been started and does not listen yet. */
  | 'starting'
  | 'listening'
  /** It takes nobody any more, and ends when its handlers have finished. */
  | 'closing'
  /** It ended by itself, and is started again in a moment. */
  | 'waiting'

/** What a worker says of itself. */
export interface WorkerFigures {
  /** Open connections. */
  readonly connections: number
  /** Bytes of memory, as the operating system counts them. */
  readonly memory: number
  /** Seconds of CPU time since it was started, of the system's share, too. */
  readonly cpu: number
}

/** One worker, as the supervisor sees it. */
export interface WorkerStatus {
  /** From 1. The one that replaces a worker has its number. */
  readonly id: number
  /** Process id; absent while it waits. */
  readonly pid?: number
  readonly state: WorkerState
  /** When that began, in milliseconds since 1970. */
  readonly since: number
  /** How often it has been started again after it ended by itself. */
  readonly restarts: number
  /** Absent when it did not say so within a second. */
  readonly figures?: WorkerFigures
}

/** What a session of a worker asks the hub for. */
export type HubRequest =
  /** Broadcasts of one space are not heard in another. */
  | { readonly do: 'open'; readonly space: number }
  | { readonly do: 'close' }
  | { readonly do: 'ping'; readonly tag: number }
  | { readonly do: 'publish'; readonly tag: number; readonly messages: readonly BrokerMessage[] }
  | {
      readonly do: 'subscribe' | 'unsubscribe'
      readonly tag: number
      readonly channels: readonly string[]
    }

/** What a worker asks of the stores that its supervisor keeps: a history, sessions, and owners of documents. */
export type StoreRequest =
  | {
      readonly do: 'append'
      readonly room: string
      readonly payload: string
      readonly how: HistoryAppend
    }
  | {
      readonly do: 'read'
      readonly room: string
      readonly since: RoomPosition | undefined
      readonly bounds: HistoryBounds
    }
  | {
      readonly do: 'restart'
      readonly room: string
      readonly bounds: HistoryBounds
      readonly epoch: string | undefined
    }
  | { readonly do: 'subscribe' | 'unsubscribe'; readonly room: string }
  | {
      readonly do: 'save'
      readonly token: string
      readonly record: SessionRecord
      readonly lease: SessionLease
    }
  | { readonly do: 'renew'; readonly token: string; readonly lease: SessionLease }
  | {
      readonly do: 'claim'
      readonly token: string
      readonly userId: string | undefined
      readonly ttl: number
    }
  | { readonly do: 'remove'; readonly token: string; readonly turn: number }
  | { readonly do: 'claimDocument'; readonly path: string; readonly node: string }
  | {
      readonly do: 'renewDocument' | 'releaseDocument'
      readonly path: string
      readonly token: number
    }

/** What a worker tells its supervisor. */
export type WorkerMessage =
  | {
      readonly enfilade: 'store'
      readonly space: number
      readonly tag: number
      readonly request: StoreRequest
    }
  /** It would like to know where to listen. */
  | { readonly enfilade: 'ask' }
  | { readonly enfilade: 'listening'; readonly port: number }
  /** It cannot start, and ends. */
  | { readonly enfilade: 'failed'; readonly text: string }
  | { readonly enfilade: 'figures'; readonly tag: number; readonly figures: WorkerFigures }
  | { readonly enfilade: 'status'; readonly tag: number }
  | { readonly enfilade: 'hub'; readonly session: number; readonly request: HubRequest }

/** Where a worker is to listen. */
export interface WorkerAddress {
  /** 0 when any will do. */
  readonly port: number
  readonly host: string | undefined
}

/** What a supervisor tells a worker. */
export type SupervisorMessage =
  | { readonly enfilade: 'listen'; readonly address: WorkerAddress }
  /** New clients should not come any more. */
  | { readonly enfilade: 'leave' }
  | { readonly enfilade: 'close'; readonly order: CloseOrder }
  | { readonly enfilade: 'figures'; readonly tag: number }
  | { readonly enfilade: 'status'; readonly tag: number; readonly workers: readonly WorkerStatus[] }
  /** What a store says to a request. */
  | {
      readonly enfilade: 'stored'
      readonly space: number
      readonly tag: number
      readonly answer: unknown
    }
  /** Something was appended to a room. */
  | {
      readonly enfilade: 'entry'
      readonly space: number
      readonly room: string
      readonly entry: HistoryEntry
    }
  /** Another worker has a session now. */
  | {
      readonly enfilade: 'claimed'
      readonly space: number
      readonly token: string
      readonly turn: number
    }
  /** A process that may have owned documents has ended. */
  | { readonly enfilade: 'gone'; readonly space: number; readonly node: string }
  /** The hub has done what was asked for. */
  | { readonly enfilade: 'done'; readonly session: number; readonly tag: number }
  | {
      readonly enfilade: 'messages'
      readonly session: number
      readonly messages: readonly BrokerMessage[]
    }

/** How a worker is to end. */
export interface CloseOrder {
  /** Seconds that handlers may take to finish. */
  readonly drain: number
  /** Whether another listens in its place already. */
  readonly isReplaced: boolean
  /**
   * Milliseconds from giving back the port until it closes, for those who have connected in the last
   * moment and still have to ask for a WebSocket. Default: 1,000.
   */
  readonly upgrades?: number
}

/** Whether a message over IPC is one of these, and none of the program's own. */
export function isOwnMessage(message: unknown): message is WorkerMessage | SupervisorMessage {
  return typeof message === 'object' && message !== null && 'enfilade' in message
}
