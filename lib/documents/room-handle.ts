import type { JsonValue } from '../protocol/documents/document-record.js'
import { answerCall, type DocumentCall } from './document-calls.js'
import type { DocumentHandle, SessionSummary } from './document-handle.js'
import type { DocumentRoom } from './document-room.js'
import { ChangesLostError } from './owners/changes-lost-error.js'
import type { Access } from './room-options.js'

/** Where a document is asked. */
export interface DocumentPlace {
  /** The room, when it is open in this process. */
  readonly room: DocumentRoom | undefined
  transact<T>(work: (transaction: unknown) => T): Promise<Transacted<T>>
  /** Asks; see `answerCall`. */
  ask(call: DocumentCall): Promise<unknown>
}

/** What came of a transaction. */
export interface Transacted<T> {
  readonly result: T
  /** The place in the history of the document that it became, where there may be several histories. */
  readonly mark: JsonValue | undefined
}

/** A document for the hands of the application. */
export class RoomHandle implements DocumentHandle {
  /** What was last changed through this handle. */
  #mark: JsonValue | undefined

  /** @param place looked up for each call */
  constructor(
    readonly path: string,
    private readonly place: () => DocumentPlace,
  ) {}

  get room(): DocumentRoom | undefined {
    return this.place().room
  }

  async transact<T>(work: (transaction: never) => T): Promise<T> {
    const { result, mark } = await this.place().transact(work as (transaction: unknown) => T)
    this.#mark = mark
    return result
  }

  get(id: string): Promise<unknown> {
    return this.place().ask({ do: 'get', id })
  }

  snapshot(): Promise<unknown> {
    return this.place().ask({ do: 'snapshot' })
  }

  async loadSnapshot(snapshot: unknown): Promise<void> {
    const mark = await this.place().ask({ do: 'load', snapshot: snapshot as JsonValue })
    this.#mark = mark as JsonValue | undefined
  }

  async flush(): Promise<void> {
    const mark = this.#mark
    const isThere = await this.place().ask({ do: 'flush', ...(mark !== undefined && { mark }) })
    if (isThere === false) throw new ChangesLostError(this.path)
  }

  sessions(): Promise<SessionSummary[]> {
    return this.place().ask({ do: 'sessions' }) as Promise<SessionSummary[]>
  }

  async closeSession(id: string, reason?: string): Promise<void> {
    await this.place().ask({ do: 'closeSession', id, ...(reason !== undefined && { reason }) })
  }

  setAccess(id: string, access: Access): Promise<boolean> {
    return this.place().ask({ do: 'setAccess', id, access }) as Promise<boolean>
  }

  sendTo(id: string, data: JsonValue): Promise<boolean> {
    return this.place().ask({ do: 'sendTo', id, data }) as Promise<boolean>
  }
}

/** Opens the room of a document in this process. */
export interface OpensRoom {
  get(path: string): DocumentRoom | undefined
  open(path: string): Promise<DocumentRoom>
}

/** A document that is in this process whenever it is open. */
export class LocalPlace implements DocumentPlace {
  constructor(
    private readonly path: string,
    private readonly rooms: OpensRoom,
  ) {}

  get room(): DocumentRoom | undefined {
    return this.rooms.get(this.path)
  }

  async transact<T>(work: (transaction: unknown) => T): Promise<Transacted<T>> {
    return transactIn(this.room ?? (await this.rooms.open(this.path)), work)
  }

  async ask(call: DocumentCall): Promise<unknown> {
    return answerCall(this.room ?? (await this.rooms.open(this.path)), call)
  }
}

/** @throws what the room throws */
export function transactIn<T>(
  room: DocumentRoom,
  work: (transaction: unknown) => T,
): Transacted<T> {
  const result = room.transact(work)
  return { result, mark: room.engine.distant?.mark() }
}
