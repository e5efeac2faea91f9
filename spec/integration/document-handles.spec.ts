import { describe, expect, it } from '@jest/globals'
import {
  ChangesLostError,
  MemoryStorage,
  UnknownOutcomeError,
  type DocumentHandle,
  type RecordsEngine,
  type RecordsTransaction,
} from 'enfilade/documents'
import type { TestApp } from 'enfilade/testing'
import { BOARD, OwnedBoards, shape } from '../support/documents/owned-boards.js'

type Board = DocumentHandle<RecordsEngine>

/** Lets time pass until something is done. */
async function after<T>(boards: OwnedBoards, promise: Promise<T>): Promise<T> {
  const state = { isDone: false }
  const end = (): void => void (state.isDone = true)
  promise.then(end, end)
  await boards.cluster.settle()
  for (let left = 300; left > 0 && !state.isDone; left--) await boards.cluster.advance(100)
  return promise
}

const opened = (boards: OwnedBoards, app: TestApp): Promise<Board> =>
  after(boards, app.documents.open(BOARD))

const put = (id: string, x: number) => (tx: RecordsTransaction) => tx.put({ id, type: 'shape', x })

/** Adds one, and returns what it comes to. */
const count = (tx: RecordsTransaction): number => {
  const x = Number(tx.get('count')?.x ?? 0) + 1
  tx.put({ id: 'count', type: 'shape', x })
  return x
}

/** The first app owns the board; the application of the second works on it. */
async function meet(storage = new MemoryStorage()): Promise<[OwnedBoards, Board]> {
  const boards = await OwnedBoards.start(2, storage)
  await boards.join(boards.apps[0]!, 'ann')
  return [boards, await opened(boards, boards.apps[1]!)]
}

describe('the application of a process that does not own a document', () => {
  it('changes it at its owner, whose clients and hooks hear of it, and reads it', async () => {
    const boards = await OwnedBoards.start(3)
    const [one, two, three] = boards.apps
    const ann = await boards.join(one!, 'ann')
    const bob = await boards.join(three!, 'bob')
    const board = await opened(boards, two!)
    expect([board.room, boards.owner()]).toEqual([undefined, one])
    const work = (tx: RecordsTransaction) => {
      put('a', 1)(tx)
      put('b', 2)(tx)
      return tx.records('shape').length
    }
    expect(await after(boards, board.transact(work))).toBe(2)
    for (const peer of [ann, bob]) {
      expect(await peer.next('patch')).toMatchObject({
        clock: 1,
        ops: [shape('a', 1), shape('b', 2)],
      })
    }
    expect(await after(boards, board.get('a'))).toEqual({ id: 'a', type: 'shape', x: 1 })
    expect(await after(boards, board.get('nothing'))).toBeUndefined()
    await after(boards, board.flush())
    expect(one!.documents.get(BOARD)?.durable).toBe(1)
    expect(one!.counters.documentCommits).toBe(1)
    expect(two!.counters.documentOwners).toMatchObject({ calls: 4, forwarded: 0, malformed: 0 })
    expect(one!.counters.documentOwners).toMatchObject({ calls: 0, guests: 1 })
    // No session, nobody who is shown, and no rule that was asked.
    expect(await after(boards, board.sessions())).toEqual([
      { id: expect.any(String), user: 'ann', access: 'write' },
      { id: expect.any(String), user: 'bob', access: 'write' },
    ])
  })

  it('sends sessions out and something to them, wherever they are', async () => {
    const [boards, board] = await meet()
    const bob = await boards.join(boards.apps[1]!, 'bob')
    const [ann, other] = await after(boards, board.sessions())
    expect(await after(boards, board.sendTo(other!.id, { hello: 1 }))).toBe(true)
    expect(await bob.next('custom')).toEqual({ type: 'custom', data: { hello: 1 } })
    expect(await after(boards, board.setAccess(other!.id, 'read'))).toBe(true)
    expect(await bob.next('access')).toMatchObject({ access: 'read' })
    await after(boards, board.closeSession(other!.id, 'Enough'))
    expect(await bob.next('closed')).toMatchObject({ code: 4403, reason: 'Enough' })
    expect(await after(boards, board.sessions())).toEqual([ann])
    expect(await after(boards, board.sendTo(other!.id, null))).toBe(false)
  })

  it('goes back to a snapshot of several megabytes', async () => {
    const [boards, board] = await meet()
    const text = 'ä"'.repeat(1_000)
    const fill = (tx: RecordsTransaction): void => {
      for (let n = 0; n < 1_000; n++) tx.put({ id: `n${n}`, type: 'note', owner: text })
    }
    await after(boards, board.transact(fill))
    const snapshot = await after(boards, board.snapshot())
    expect(snapshot.records).toHaveLength(1_000)
    await after(
      boards,
      board.transact((tx) => tx.remove('n7')),
    )
    await after(boards, board.loadSnapshot(snapshot))
    expect(await after(boards, board.get('n7'))).toMatchObject({ owner: text })
    await after(boards, board.flush())
  })

  it('is told what is wrong, and then nothing is done', async () => {
    const [boards, board] = await meet()
    const wrong = board.transact((tx) => {
      put('a', 1)(tx)
      tx.put({ id: 'b', type: 'shape', x: 'far' })
    })
    await expect(after(boards, wrong)).rejects.toMatchObject({ code: 400 })
    const thrown = board.transact((tx) => {
      put('a', 1)(tx)
      throw new RangeError('mine')
    })
    await expect(after(boards, thrown)).rejects.toThrow(new RangeError('mine'))
    const room = boards.owner()!.documents.get(BOARD)!
    expect([room.clock, room.engine]).toMatchObject([0, { size: 0 }])
    const other = boards.apps[1]!.documents.openHere(BOARD)
    await expect(after(boards, other)).rejects.toMatchObject({ code: 409 })
  })
})

describe('a transaction in another process', () => {
  it('runs again when somebody has changed what it read, and only then', async () => {
    const [boards, board] = await meet()
    const room = boards.owner()!.documents.get(BOARD)!
    const runs: number[] = []
    const meanwhile = [put('other', 1), put('count', 5), put('count', 7)]
    const work = (tx: RecordsTransaction) => {
      const result = count(tx)
      runs.push(result)
      const change = meanwhile.shift()
      if (change) room.transact(change)
      return result
    }
    expect(await after(boards, board.transact(work))).toBe(1)
    expect(await after(boards, board.transact(work))).toBe(8)
    expect(runs).toEqual([1, 2, 6, 8])
    const all = (tx: RecordsTransaction) => {
      const { length } = tx.records('note')
      runs.push(length)
      if (runs.length < 7) room.transact((own) => own.put({ ...NOTE, id: `n${runs.length}` }))
      put('all', length)(tx)
    }
    runs.length = 4
    await after(boards, board.transact(all))
    expect(runs.slice(4)).toEqual([0, 1, 2])
    expect(room.get('all')).toMatchObject({ x: 2 })
  })

  it('sees that a record was removed, or is of another type by now', async () => {
    const [boards, board] = await meet()
    const room = boards.owner()!.documents.get(BOARD)!
    room.transact(put('a', 1))
    room.transact(put('b', 1))
    const changes = [
      (tx: RecordsTransaction) => tx.put({ ...NOTE, id: 'a' }),
      (tx: RecordsTransaction) => tx.remove('b'),
    ]
    const seen: number[] = []
    const work = (tx: RecordsTransaction) => {
      seen.push(tx.records('shape').length)
      const change = changes.shift()
      if (change) room.transact(change)
      put('c', seen.length)(tx)
    }
    await after(boards, board.transact(work))
    expect(seen).toEqual([2, 1, 0])
  })

  it('gives up when what it reads keeps changing', async () => {
    const [boards, board] = await meet()
    const room = boards.owner()!.documents.get(BOARD)!
    const never = board.transact((tx) => {
      count(tx)
      room.transact(count)
    })
    await expect(after(boards, never)).rejects.toMatchObject({ code: 409 })
    expect(room.get('count')).toMatchObject({ x: 20 })
  })

  it('is done once, whatever others do: all that count at once are counted', async () => {
    const boards = await OwnedBoards.start(3)
    await boards.join(boards.apps[0]!, 'ann')
    const handles = [await opened(boards, boards.apps[0]!)]
    for (const app of boards.apps.slice(1)) handles.push(await opened(boards, app))
    const counts = await after(
      boards,
      Promise.all(handles.flatMap((board) => [1, 2, 3, 4].map(() => board.transact(count)))),
    )
    expect(counts.sort((a, b) => a - b)).toEqual(Array.from({ length: 12 }, (_, n) => n + 1))
  })
})

describe('when the owner goes while another process works on its document', () => {
  it('and hands it over, the work is done at the next', async () => {
    const [boards, board] = await meet()
    const [one, two] = boards.apps
    await after(boards, board.transact(count))
    let closing: Promise<void> | undefined
    const work = (tx: RecordsTransaction) => {
      closing ??= one!.close()
      return count(tx)
    }
    expect(await after(boards, board.transact(work))).toBe(2)
    await closing
    expect([boards.owner(), board.room?.get('count')]).toMatchObject([two, { x: 2 }])
    await after(boards, board.flush())
  })

  it('and the answer is lost, the work is not done twice', async () => {
    const [boards, board] = await meet()
    const { hub } = boards.cluster
    const work = (tx: RecordsTransaction) => {
      hub.fate = (_channel, payload) => (payload.includes('"isDone":true') ? 'is lost' : 'arrives')
      return count(tx)
    }
    const done = board.transact(work)
    await boards.cluster.settle()
    expect(boards.owner()!.documents.get(BOARD)!.get('count')).toMatchObject({ x: 1 })
    hub.fate = () => 'arrives'
    expect(await after(boards, done)).toBe(1)
    expect(await after(boards, board.transact(count))).toBe(2)
  })

  it('and is dead, the work is done at the next; it is known when something was lost', async () => {
    const memory = new MemoryStorage()
    let release: () => void = () => undefined
    // The first owner saves nothing for as long as it matters.
    let held: Promise<void> | undefined = new Promise<void>((resolve) => (release = resolve))
    const boards = await OwnedBoards.start(2, {
      checksTokens: true,
      open: (key, token) => {
        const storage = memory.open(key, token)
        const until = held
        held = undefined
        const save = async (bytes: Uint8Array): Promise<void> => {
          await until
          await storage.save(bytes)
        }
        return { load: () => storage.load(), save }
      },
    })
    const [one, two] = boards.apps
    await boards.join(one!, 'ann')
    const board = await opened(boards, two!)
    expect(await after(boards, board.transact(count))).toBe(1)
    boards.cut(one!)
    await expect(after(boards, board.flush())).rejects.toThrow(ChangesLostError)
    expect(boards.owner()).toBe(two)
    expect(await after(boards, board.transact(count))).toBe(1)
    await after(boards, board.flush())
    release()
    await boards.cluster.settle()
    expect(await after(boards, board.get('count'))).toMatchObject({ x: 1 })
  })

  it('and does not come back, it is known that the outcome is not', async () => {
    const [boards, board] = await meet()
    const { hub } = boards.cluster
    const silence = (): void => {
      hub.fate = (channel) => (channel.startsWith('ws:documents:') ? 'is lost' : 'arrives')
    }
    const work = (tx: RecordsTransaction): void => {
      put('a', 1)(tx)
      silence()
    }
    await expect(after(boards, board.transact(work))).rejects.toThrow(UnknownOutcomeError)
    await expect(after(boards, board.get('a'))).rejects.toMatchObject({ code: 503 })
    hub.fate = () => 'arrives'
    expect(await after(boards, board.get('a'))).toBeUndefined()
    hub.fate = (_channel, payload) => {
      if (payload.includes('"do":"sendTo"')) silence()
      return 'arrives'
    }
    const told = board.sendTo('nobody', 1)
    await expect(after(boards, told)).rejects.toThrow(UnknownOutcomeError)
  })
})

const NOTE = { type: 'note', owner: 'ann' }
