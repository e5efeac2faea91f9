import fc from 'fast-check'
import type { DocumentReplica } from '../../../lib/client/documents/document-replica.js'
import type { DocumentAccess } from '../../../lib/protocol/documents/document-frames.js'
import { idOf } from '../../../lib/protocol/documents/document-record.js'
import { nextTurn } from '../next-turn.js'
import { seenBy, type DocumentWorld, type WorldClient } from './document-world.js'

/** One step of a history. */
export type Step =
  | { do: 'create' | 'append' | 'write' | 'rename' | 'remove'; who: number; which: number }
  | { do: 'undo' | 'redo' | 'connect' | 'drop' | 'reload' | 'sync'; who: number }
  | { do: 'access'; who: number; access: DocumentAccess }
  | { do: 'deliver'; who: number; way: 'up' | 'down'; count: number }
  | { do: 'save' | 'fail' | 'restart' | 'stop' }

const who = fc.nat(2)
const which = fc.nat(5)

/** Any step; deliveries are most of them, crashes are rare. */
export const stepArbitrary: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 10,
    arbitrary: fc.record({
      do: fc.constantFrom('create', 'append', 'append', 'write', 'rename', 'remove'),
      who,
      which,
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('undo', 'redo'), who }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constantFrom('connect', 'sync', 'sync'), who }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('drop', 'reload'), who }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('access'),
      who,
      access: fc.constantFrom('read', 'write'),
    }),
  },
  {
    weight: 16,
    arbitrary: fc.record({
      do: fc.constant('deliver'),
      who,
      way: fc.constantFrom('up', 'down'),
      count: fc.integer({ min: 1, max: 12 }),
    }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('save') }) },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constantFrom('fail', 'restart', 'restart', 'stop') }),
  },
)

/** Runs steps, and remembers what must be true in the end. */
export class History {
  /** Marks that a replica put at the end of a list, by record. Each is there once, or it was taken back. */
  readonly marks = new Map<string, Set<string>>()
  /** Records that somebody removed, or whose creation was taken back: they may be gone. */
  readonly touchy = new Set<string>()
  readonly created = new Set<string>()
  /** Records that an undo or a redo did something to, or of which an edit was refused. */
  readonly takenBack = new Set<string>()
  readonly #watched = new WeakSet<DocumentReplica>()
  #count = 0

  constructor(private readonly world: DocumentWorld) {}

  async run(step: Step): Promise<void> {
    const { world } = this
    for (const { replica } of world.clients) this.#watch(replica)
    switch (step.do) {
      case 'connect':
        return world.connect(this.#client(step.who))
      case 'sync':
        return world.sync(this.#client(step.who))
      case 'drop':
        return world.drop(this.#client(step.who))
      case 'reload':
        return world.reload(this.#client(step.who))
      case 'access':
        // Until the client connects again.
        world.room.setAccess(this.#client(step.who).name, step.access)
        return
      case 'deliver':
        for (let left = step.count; left > 0; left--)
          world.deliver(this.#client(step.who), step.way)
        return
      case 'save':
        return world.saved()
      case 'fail':
        world.storage.fail()
        await nextTurn()
        return world.timers.advance(60_000)
      case 'restart':
        return world.restart()
      case 'stop':
        return world.stop()
      case 'undo':
      case 'redo':
        return this.#takeBack(step.do, this.#client(step.who))
      default:
        return this.#edit(step.do, this.#client(step.who), step.which)
    }
  }

  #client(index: number): WorldClient {
    return this.world.clients[index] as WorldClient
  }

  #takeBack(way: 'undo' | 'redo', { replica }: WorldClient): void {
    const stop = replica.on('change', (ids) => {
      for (const id of ids) this.takenBack.add(id)
    })
    replica[way]()
    stop()
  }

  #watch(replica: DocumentReplica): void {
    if (this.#watched.has(replica)) return
    this.#watched.add(replica)
    replica.on('rejected', ({ ops }) => {
      for (const op of ops) this.takenBack.add(idOf(op))
    })
  }

  #edit(kind: string, { replica, name }: WorldClient, which: number): void {
    const mark = `${name} ${this.#count++}`
    if (kind === 'create') {
      const id = `note ${mark}`
      this.created.add(id)
      replica.transact((tx) => tx.put({ id, type: 'note', title: mark, marks: [], text: '' }))
      return
    }
    const notes = replica.records()
    const note = notes[which % Math.max(notes.length, 1)]
    if (!note) return
    const { id } = note
    replica.transact((tx) => {
      if (kind === 'append') {
        tx.patch(id, { marks: [...(note.marks as string[]), mark] })
        this.marks.set(id, (this.marks.get(id) ?? new Set()).add(mark))
      } else if (kind === 'write') tx.patch(id, { text: `${note.text as string}${mark};` })
      else if (kind === 'rename') tx.patch(id, { title: mark })
      else {
        tx.remove(id)
        this.touchy.add(id)
      }
    })
  }
}

/** What is wrong after everything has arrived; empty when nothing is. */
export function faultsOf(world: DocumentWorld, history: History): string[] {
  const faults: string[] = []
  const truth = world.truth()
  const expected = sortedJson(truth)
  for (const client of world.clients) {
    if (sortedJson(seenBy(client)) !== expected) {
      faults.push(`${client.name} sees ${sortedJson(seenBy(client))}, the room has ${expected}`)
    }
    if (client.replica.pending > 0) faults.push(`${client.name} still has pending edits`)
    if (client.replica.status !== 'synced')
      faults.push(`${client.name} is ${client.replica.status}`)
  }
  if (world.room.durable !== world.room.clock) faults.push('not everything is durable')
  for (const [id, marks] of history.marks) {
    const found = (truth[id] as { marks?: string[] } | undefined)?.marks ?? []
    // An undo may bring back, as a whole, what a crash took and its author sends again.
    const mayDouble = history.takenBack.has(id) && world.lost.has(id)
    if (!mayDouble && new Set(found).size !== found.length)
      faults.push(`${id} has a mark twice: ${found.join()}`)
    if (history.takenBack.has(id) || history.touchy.has(id)) continue
    const missing = [...marks].filter(
      (mark) => !found.includes(mark) && !mayComeFirst(world, id, mark),
    )
    if (missing.length > 0) faults.push(`${id} lost ${missing.join()}`)
  }
  for (const id of history.created) {
    if (history.takenBack.has(id)) continue
    if (!history.touchy.has(id)) {
      if (!(id in truth)) faults.push(`${id} is lost`)
    } else if (id in truth && !world.orphaned.has(id)) {
      // Who removed it may be back before who created it sends that again.
      faults.push(`${id} was removed, and is there`)
    }
  }
  return faults
}

/**
 * After a crash that took a record, a change of it may be sent again before its creator is back to
 * create it again, and finds nothing to change.
 */
function mayComeFirst(world: DocumentWorld, id: string, mark: string): boolean {
  return world.orphaned.has(id) && id.split(' ')[1] !== mark.split(' ')[0]
}

function sortedJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  )
}
