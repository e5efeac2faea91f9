import { DocumentReplica } from '../../../lib/client/documents/document-replica.js'
import { DocumentRoom } from '../../../lib/documents/document-room.js'
import { RecordsEngine } from '../../../lib/documents/records/records-engine.js'
import { idOf, type RecordOp } from '../../../lib/protocol/documents/document-record.js'
import { nextTurn } from '../next-turn.js'
import { FakeTimers } from './fake-timers.js'
import { HeldStorage } from './held-storage.js'

type Room = DocumentRoom<RecordsEngine>

/** The two ways between a replica and the room; a drop loses what is on them. */
interface Line {
  readonly up: string[]
  readonly down: string[]
  isOpen: boolean
}

/** A replica, its line, and what it was promised. */
export class WorldClient {
  replica: DocumentReplica
  line: Line = { up: [], down: [], isOpen: false }

  constructor(readonly name: string) {
    this.replica = new DocumentReplica({ client: name })
  }
}

/** A room, its storage and three replicas; nothing moves unless it is told to. */
export class DocumentWorld {
  readonly timers = new FakeTimers()
  readonly clients = ['ann', 'bob', 'cid'].map((name) => new WorldClient(name))
  storage = new HeldStorage()
  room!: Room
  /** Records of which a crash took a change that had been acknowledged and not reported durable. */
  readonly lost = new Set<string>()
  /** Those that were gone by it: their creators have to send them again. */
  readonly orphaned = new Set<string>()
  #commits: { clock: number; ids: string[] }[] = []
  #ids = 0

  async start(): Promise<void> {
    const engine = new RecordsEngine({
      records: { note: {} },
      newId: () => `epoch ${this.#ids++}`,
    })
    const { storage, timers } = this
    this.room = await DocumentRoom.open({
      ...{ engine, storage, timers },
      onCommit: ({ clock, ops }) => {
        this.#commits.push({ clock, ids: (ops as RecordOp[]).map(idOf) })
      },
    })
  }

  /** A connection of a client; the one before is gone. */
  connect(client: WorldClient): void {
    this.drop(client)
    const line: Line = { up: [], down: [], isOpen: true }
    client.line = line
    const socket = {
      send: (text: string) => line.down.push(text),
      close: () => (line.isOpen = false),
    }
    this.room.connect({ socket, sessionId: client.name, access: 'write' })
    client.replica.opened((text) => line.up.push(text))
  }

  drop(client: WorldClient): void {
    client.line = { up: [], down: [], isOpen: false }
    client.replica.closed()
  }

  /** The next frame of one way arrives. */
  deliver(client: WorldClient, way: 'up' | 'down'): void {
    const text = client.line[way].shift()
    if (text === undefined) return
    if (way === 'up') this.room.receive(client.name, text)
    else client.replica.receive(text)
  }

  /** A client connects, if it has to, and everything on its line arrives. */
  sync(client: WorldClient): void {
    if (!client.line.isOpen) this.connect(client)
    while (client.line.up.length + client.line.down.length > 0) {
      while (client.line.up.length > 0) this.deliver(client, 'up')
      while (client.line.down.length > 0) this.deliver(client, 'down')
    }
  }

  /** The tab is reloaded, with what it had kept. */
  reload(client: WorldClient): void {
    const state = JSON.parse(JSON.stringify(client.replica.state()))
    this.drop(client)
    client.replica = new DocumentReplica({ state })
  }

  /** The process of the room is killed and started again. */
  async restart(): Promise<void> {
    for (const client of this.clients) this.drop(client)
    const { durable } = this.room
    this.storage = this.storage.crash()
    await this.start()
    const { clock } = this.room
    if (clock < durable) throw new Error(`${durable} was durable, ${clock} is left`)
    const taken = this.#commits.splice(0).filter((commit) => commit.clock > clock)
    for (const id of taken.flatMap(({ ids }) => ids)) {
      this.lost.add(id)
      if (!this.room.get(id)) this.orphaned.add(id)
    }
  }

  /** The process of the room ends as it should, and is started again. */
  async stop(): Promise<void> {
    const { clock } = this.room
    const state = { isClosing: true }
    const closed = this.room.close().finally(() => (state.isClosing = false))
    for (const client of this.clients) this.drop(client)
    while (state.isClosing) await this.saved()
    await closed
    this.storage = this.storage.crash()
    await this.start()
    if (this.room.clock !== clock) throw new Error(`${clock} was saved, ${this.room.clock} is left`)
    this.#commits = []
  }

  async saved(): Promise<void> {
    this.storage.release()
    await nextTurn()
  }

  /** Everybody connects and everything arrives, until nothing moves any more. */
  async settle(): Promise<void> {
    for (const client of this.clients) if (!client.line.isOpen) this.connect(client)
    for (let round = 0; round < 1000; round++) {
      let isIdle = true
      for (const client of this.clients) {
        for (const way of ['up', 'down'] as const) {
          while (client.line[way].length > 0) {
            this.deliver(client, way)
            isIdle = false
          }
        }
      }
      if (this.storage.waiting > 0) {
        await this.saved()
        isIdle = false
      }
      if (isIdle) return
    }
    throw new Error('It never becomes quiet')
  }

  /** The records of the room, by id. */
  truth(): Record<string, unknown> {
    return Object.fromEntries(this.room.snapshot().records.map(([, record]) => [record.id, record]))
  }
}

/** The records of a replica, by id. */
export function seenBy({ replica }: WorldClient): Record<string, unknown> {
  return Object.fromEntries(replica.records().map((record) => [record.id, record]))
}
