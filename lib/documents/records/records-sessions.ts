import {
  DOCUMENT_WIRE,
  type ConnectFrame,
  type DocumentCursor,
  type HelloFrame,
} from '../../protocol/documents/document-frames.js'
import {
  idOf,
  type DocumentRecord,
  type RecordOp,
  type RecordSchema,
} from '../../protocol/documents/document-record.js'
import { CLOSE_CODES } from '../../protocol/close-codes.js'
import type { EngineHost } from '../document-engine.js'
import type { DocumentSession } from '../document-session.js'
import type { RecordTypes } from './record-types.js'
import type { ChangesSince, RecordStore } from './record-store.js'

/** How much of a hydration goes into one frame, in UTF-16 units. */
const BATCH_LENGTH = 16 * 1024

/** What the engine keeps of a session once it has connected. */
export class RecordsSession {
  /** The last push that its client waits to become durable; 0 for none. */
  undurable = 0

  constructor(
    readonly client: string,
    readonly schema: RecordSchema,
    /** Whether it has older versions of records. */
    readonly isOlder: boolean,
  ) {}

  static of(session: DocumentSession): RecordsSession | undefined {
    return session.state instanceof RecordsSession ? session.state : undefined
  }
}

/** What a session is to be sent when it connects. */
export interface Welcome {
  readonly cursor: DocumentCursor
  readonly mode: 'full' | 'diff'
  readonly pushed: number
}

/** A transaction, and its frame for those who have the present versions. */
export interface Broadcast {
  readonly ops: readonly RecordOp[]
  readonly text: () => string
  /** That begins with it. */
  readonly epoch: string | undefined
}

/** The part of the engine that talks. */
export class RecordsSessions {
  constructor(
    private readonly types: RecordTypes,
    private readonly store: RecordStore,
    private readonly host: EngineHost,
  ) {}

  /**
   * Lets a client in, or closes it with the reason why not.
   *
   * @returns whether it is in
   */
  admit(session: DocumentSession, { wire, client, schema }: ConnectFrame): boolean {
    const match = wire < DOCUMENT_WIRE ? 'outdated' : this.types.match(schema)
    if (match === 'newer' || wire > DOCUMENT_WIRE) {
      this.host.close(session, CLOSE_CODES.TRY_AGAIN_LATER, 'The client is newer than the server')
      return false
    }
    if (match === 'outdated') {
      this.host.close(session, CLOSE_CODES.OUTDATED, 'The client is too old: reload')
      return false
    }
    for (const other of this.host.sessions()) {
      const isSame = other !== session && RecordsSession.of(other)?.client === client
      if (isSame) this.host.close(other, CLOSE_CODES.REPLACED, 'The replica connected again')
    }
    const state = new RecordsSession(client, schema, match === 'older')
    // It may have pushed something over an earlier connection.
    if (this.host.durable() < this.store.clock) state.undurable = this.store.clock
    session.state = state
    return true
  }

  /** Sends what a client has to know, and says when that is all. */
  hydrate(session: DocumentSession, from: number, { cursor, mode, pushed }: Welcome): void {
    const presence = this.host.presenceOf(session)
    const hello: HelloFrame = {
      type: 'hello',
      wire: DOCUMENT_WIRE,
      session: session.id,
      user: session.user,
      access: session.access,
      cursor,
      mode,
      pushed,
      ...session.limits,
      ...(presence && { presence }),
    }
    session.send(hello)
    const changes =
      mode === 'full' ? { put: [...this.store.values()], remove: [] } : this.store.since(from)
    session.stream(this.#texts(session, changes))
    this.host.entered(session)
  }

  /** Tells every session of a transaction but the one that made it. */
  broadcast({ ops, text, epoch }: Broadcast, author: DocumentSession | undefined): void {
    let written: string | undefined
    for (const session of this.host.sessions()) {
      const state = RecordsSession.of(session)
      if (!state || session === author) continue
      if (state.isOlder) {
        const frame = { type: 'patch', clock: this.store.clock } as const
        const older = this.older(ops, state.schema)
        session.send({ ...frame, ...(epoch !== undefined && { epoch }), ops: older })
      } else session.sendText((written ??= text()))
    }
  }

  /** Operations as an older version can take them: whole records. */
  older(ops: readonly RecordOp[], schema: RecordSchema): RecordOp[] {
    return ops.flatMap((op): RecordOp[] => {
      const record = this.store.get(idOf(op))
      if (!record) return [['remove', idOf(op)]]
      const older = this.types.down(record, schema)
      return older ? [['put', older]] : []
    })
  }

  *#texts(session: DocumentSession, { put, remove }: ChangesSince): Generator<string> {
    const state = RecordsSession.of(session)
    let batch: string[] = []
    let length = 0
    for (const record of put) {
      const seen = state?.isOlder ? this.types.down(record, state.schema) : record
      if (!seen) continue
      const text = JSON.stringify(seen satisfies DocumentRecord)
      if (length > 0 && length + text.length > BATCH_LENGTH) {
        yield recordsText(batch)
        batch = []
        length = 0
      }
      batch.push(text)
      length += text.length
    }
    if (batch.length > 0) yield recordsText(batch)
    if (remove.length > 0) yield JSON.stringify({ type: 'records', put: [], remove })
    yield JSON.stringify({ type: 'synced', durable: this.host.durable() })
  }
}

function recordsText(records: readonly string[]): string {
  return `{"type":"records","put":[${records.join(',')}]}`
}
