import type { DocumentAccess, PresenceUser } from '../../protocol/documents/document-frames.js'
import type { JsonValue, RecordOp } from '../../protocol/documents/document-record.js'
import type { WsErrorBody } from '../../protocol/records.js'
import { Listeners } from '../listeners.js'

/** How far a replica is with its server. */
export type ReplicaStatus = 'offline' | 'connecting' | 'synced'

/** What a replica tells of. */
export interface ReplicaEvents {
  /** The ids of records that look different. */
  change: ReadonlySet<string>
  status: ReplicaStatus
  access: DocumentAccess
  /** The others who show something of themselves. */
  presence: readonly PresenceUser[]
  /** An edit was refused, as a whole or in part, and has been taken back. */
  rejected: { readonly error: WsErrorBody; readonly ops: readonly RecordOp[] }
  /** What the server sent with `sendTo`. */
  custom: JsonValue
  /** The server could not take something that was sent. */
  error: WsErrorBody
  /** What is pending changed: `state()` is worth keeping. */
  pending: number
}

/** Listeners by event. What one throws is reported; the others hear all the same. */
export class ReplicaListeners {
  readonly #byEvent = new Map<string, Listeners<[never]>>()
  readonly #report: (error: unknown) => void

  constructor(report: (error: unknown) => void) {
    this.#report = report
  }

  on<K extends keyof ReplicaEvents>(
    event: K,
    listener: (value: ReplicaEvents[K]) => void,
  ): () => void {
    const listeners = this.#byEvent.get(event) ?? new Listeners<[never]>(this.#report)
    this.#byEvent.set(event, listeners)
    return listeners.add(listener)
  }

  emit<K extends keyof ReplicaEvents>(event: K, value: ReplicaEvents[K]): void {
    this.#byEvent.get(event)?.emit(value as never)
  }
}
