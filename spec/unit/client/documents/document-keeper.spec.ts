import { expect, it } from '@jest/globals'
import { DocumentKeeper } from '../../../../lib/client/documents/document-keeper.js'
import { DocumentReplica } from '../../../../lib/client/documents/document-replica.js'
import type { ReplicaEdits } from '../../../../lib/client/documents/document-store.js'
import { defer, type Deferred } from '../../../support/deadline.js'
import { note, openRoom, type RecordsRoom } from '../../../support/documents/open-room.js'
import { nextTurn } from '../../../support/next-turn.js'

/** A replica whose edits are kept by a store that takes as long as the test says. */
function keep(room: RecordsRoom): {
  replica: DocumentReplica
  saves: { edits: ReplicaEdits; done: Deferred<void> }[]
  /** What was sent arrives at the server. */
  deliver: () => void
} {
  const saves: { edits: ReplicaEdits; done: Deferred<void> }[] = []
  const up: string[] = []
  const replica = new DocumentReplica()
  const kept = {
    state: undefined,
    save: () => Promise.resolve(),
    saveEdits: (edits: ReplicaEdits) => {
      const done = defer<void>()
      saves.push({ edits, done })
      return done.promise
    },
    remove: () => Promise.resolve(),
    release: () => undefined,
  }
  const keeper = new DocumentKeeper(kept, () => replica)
  replica.on('pending', () => keeper.edited())
  replica.on('rejected', ({ ops }) => keeper.refused(ops))
  const socket = {
    send: (text: string) => replica.receive(text),
    close: () => replica.closed(),
  }
  room.connect({ socket, sessionId: 'ann', access: 'write' })
  replica.opened((text) => up.push(text))
  const deliver = () => {
    for (const text of up.splice(0)) room.receive('ann', text, socket)
  }
  deliver()
  return { replica, saves, deliver }
}

const idsOf = ({ pending }: ReplicaEdits): unknown[] =>
  pending.flatMap(({ ops }) => ops.map((op) => (op[0] === 'put' ? op[1].id : op[1])))

it('an edit that becomes safe while others are kept is kept too, until the records are', async () => {
  const { room } = await openRoom()
  const { replica, saves, deliver } = keep(room)
  replica.transact((tx) => tx.put(note('a')))
  await nextTurn()
  expect(saves.map(({ edits }) => idsOf(edits))).toEqual([['a']])
  replica.transact((tx) => tx.put(note('b')))
  await nextTurn()
  deliver()
  expect(replica.pending).toBe(0)
  saves[0]?.done.resolve()
  await nextTurn()
  expect(saves.map(({ edits }) => idsOf(edits))).toEqual([['a'], ['a', 'b']])
})

it('an edit that was refused is not kept: a reload would send it again', async () => {
  const { room } = await openRoom()
  const { replica, saves, deliver } = keep(room)
  room.setAccess('ann', 'read')
  replica.transact((tx) => tx.put(note('a')))
  await nextTurn()
  deliver()
  saves[0]?.done.resolve()
  await nextTurn()
  expect(saves.map(({ edits }) => idsOf(edits))).toEqual([['a'], []])
})
