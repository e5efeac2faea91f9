import { DocumentRoom } from '../../../lib/documents/document-room.js'
import type { DocumentRoomOptions } from '../../../lib/documents/room-options.js'
import {
  RecordsEngine,
  type RecordsEngineOptions,
} from '../../../lib/documents/records/records-engine.js'
import type { Admission } from '../../../lib/documents/room-options.js'
import { FakeSocket } from './fake-socket.js'
import { FakeTimers } from './fake-timers.js'

export type RecordsRoom = DocumentRoom<RecordsEngine>

/** A room of notes and shapes whose clock stands still, with what went wrong in it. */
export interface OpenRoom {
  room: RecordsRoom
  timers: FakeTimers
  errors: unknown[]
}

export async function openRoom(
  options: Partial<DocumentRoomOptions<RecordsEngine>> = {},
  engineOptions: Partial<RecordsEngineOptions> = {},
): Promise<OpenRoom> {
  const timers = new FakeTimers()
  const errors: unknown[] = []
  const engine = new RecordsEngine({ records: { note: {}, shape: {} }, ...engineOptions })
  const onError = (error: unknown) => errors.push(error)
  const room = await DocumentRoom.open({ engine, timers, onError, ...options })
  return { room, timers, errors }
}

/** What a member of a test sends and gets. */
export class Member {
  readonly socket = new FakeSocket()
  #n = 0

  constructor(
    readonly room: RecordsRoom,
    readonly id: string,
  ) {}

  send(frame: unknown): void {
    this.room.receive(
      this.id,
      typeof frame === 'string' ? frame : JSON.stringify(frame),
      this.socket,
    )
  }

  /** Connects as a client that has nothing, or what the frame says. */
  connect(frame: object = {}): this {
    this.send({ type: 'connect', wire: 1, client: `client of ${this.id}`, schema: {}, ...frame })
    return this
  }

  /** Pushes operations; returns the verdict. */
  push(...ops: unknown[]): any {
    this.send({ type: 'push', n: ++this.#n, ops })
    return this.socket.of('verdict').at(-1)
  }

  /** The close code, if it was closed. */
  get closed(): number | undefined {
    return this.socket.closed?.code
  }
}

/** Lets somebody into a room, connected. */
export function join(
  room: RecordsRoom,
  id: string,
  admission: Partial<Admission> = {},
  frame: object = {},
): Member {
  const member = new Member(room, id)
  room.connect({ socket: member.socket, sessionId: id, access: 'write', ...admission })
  return member.connect(frame)
}

/** A note, for `put`. */
export function note(id: string, fields: object = {}): any {
  return { id, type: 'note', ...fields }
}
