import { beforeEach, describe, expect, it } from '@jest/globals'
import type { HistoryEntry, HistoryPage, WsHistory } from 'enfilade'
import { systemClock } from '../../../../lib/async/clock.js'
import { envelopeHead } from '../../../../lib/rooms/envelope.js'
import { KeptPushes } from '../../../../lib/rooms/history/kept-pushes.js'
import { writeSharedPush } from '../../../../lib/rooms/history/shared-push.js'
import { SharedRoom } from '../../../../lib/rooms/history/shared-room.js'
import { nextTurn } from '../../../support/next-turn.js'

const room = '/chat/a'
const bounds = { size: 10, ttl: 60 }

/** A push as another process has appended it. */
const payloadOf = (number: number): string =>
  writeSharedPush(
    number,
    undefined,
    envelopeHead({ from: 'other', isFrame: true }) + JSON.stringify({ event: 'said', path: room }),
  )

const entryOf = (seq: number, number = seq): HistoryEntry => ({
  ...{ epoch: 'e', seq, previous: seq - 1, payload: payloadOf(number) },
})

let pages: HistoryPage[]
let asked: string[]
let delivered: string[]
let shared: SharedRoom<{ id: string }>

/** Says what the test has written down for it. */
function scripted(): WsHistory {
  const done = Promise.resolve()
  return {
    status: 'ready',
    onStatus: () => () => undefined,
    append: () => done,
    read: (_room, since) => {
      asked.push(since ? `read from ${since.seq}` : 'read')
      return Promise.resolve(pages.shift() as HistoryPage)
    },
    restart: (_room, _bounds, epoch) => {
      asked.push(`restart ${epoch}`)
      return done
    },
    subscribe: () => undefined,
    unsubscribe: () => undefined,
  }
}

beforeEach(async () => {
  pages = [{ epoch: 'e', seq: 0, isComplete: true, entries: [] }]
  asked = []
  delivered = []
  const kept = new KeptPushes(bounds, { used: 0 }, systemClock)
  shared = new SharedRoom(
    room,
    {
      ...{ history: scripted(), clock: systemClock, patience: 1_000, instance: 'this' },
      write: (_push, seq) => String(seq),
      read: () => ({ event: 'said', path: room }),
      deliver: (_room, frame) => delivered.push(frame as string),
      moved: (_room, isGap) => delivered.push(isGap ? 'gap' : 'start'),
      find: () => undefined,
      parted: () => undefined,
      failed: (error) => delivered.push(String(error)),
    },
    { bounds, kept },
  )
  await shared.open()
  for (const seq of [1, 2, 3]) shared.receive(entryOf(seq))
})

describe('what comes after a connection was lost, and before it is known what was missed', () => {
  it('is delivered when the history has what came before', async () => {
    shared.lost()
    pages = [{ epoch: 'e', seq: 4, isComplete: true, entries: [entryOf(3), entryOf(4)] }]
    shared.receive(entryOf(4))
    await nextTurn()
    expect(asked).toEqual(['read', 'read from 3'])
    expect(delivered).toEqual(['start', '1', '2', '3', '4'])
  })

  it('is a gap when another push has the place of the last one, as after a fail-over', async () => {
    shared.lost()
    pages = [
      { epoch: 'e', seq: 4, isComplete: true, entries: [entryOf(3, 7), entryOf(4, 8)] },
      { epoch: 'another', seq: 0, isComplete: true, entries: [] },
    ]
    shared.receive(entryOf(4, 8))
    await nextTurn()
    expect(asked).toEqual(['read', 'read from 3', 'restart e', 'read'])
    expect(delivered).toEqual(['start', '1', '2', '3', 'gap'])
  })
})
