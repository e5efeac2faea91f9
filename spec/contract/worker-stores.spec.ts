import { expect, it } from '@jest/globals'
import { VirtualClock } from '../../lib/testing/virtual-clock.js'
import { KeptStores, StoreDesk } from '../../lib/workers/kept-stores.js'
import { LinkOwners } from '../../lib/workers/link-owners.js'
import { WorkerLink } from '../../lib/workers/worker-link.js'
import { nextTurn } from '../support/next-turn.js'
import { IpcPair } from '../support/ipc-pair.js'
import { describeDocumentOwners } from './document-owners.contract.js'
import { describeHistory } from './history.contract.js'
import { describeSessionStore } from './session-store.contract.js'

/** A worker of a supervisor that keeps these. */
function worker(kept: KeptStores, space = 0) {
  const pair = new IpcPair()
  pair.desk = new StoreDesk(kept, pair.order)
  const { history, sessions, owners } = new WorkerLink(pair).stores(space)
  return { pair, history, sessions, owners }
}

function workers(count: number) {
  const kept = new KeptStores()
  return Array.from({ length: count }, () => worker(kept))
}

describeHistory('the history of a supervisor', {
  create: (count) => ({
    histories: workers(count).map(({ history }) => history),
    close: () => undefined,
  }),
})

describeSessionStore('the session store of a supervisor', {
  create: (count) => ({
    stores: workers(count).map(({ sessions }) => sessions),
    close: () => undefined,
  }),
})

describeDocumentOwners('the supervisor of workers', {
  create: () => {
    const kept = new KeptStores()
    const [ann, bob] = [worker(kept), worker(kept)]
    return {
      owners: [ann.owners, bob.owners],
      // Nobody waits for as long as a lease lasts: the one who has it ends.
      expire: async () => {
        for (const node of ['ann', 'bob']) kept.of(0).owners.gone(node)
      },
      close: () => undefined,
    }
  },
})

it('gives the documents of a worker that has ended to the next at once, and tells the others', async () => {
  const kept = new KeptStores()
  const [ann, bob, other] = [worker(kept), worker(kept), worker(kept, 1)]
  const gone: string[] = []
  bob.owners.onGone((node) => gone.push(node))
  other.owners.onGone((node) => gone.push(`other: ${node}`))
  const first = await ann.owners.claim('/a', 'ann')
  expect(await bob.owners.claim('/a', 'bob')).toEqual(first)
  expect(await other.owners.claim('/a', 'bob')).toMatchObject({ owner: 'bob' })
  ann.pair.disconnect()
  await nextTurn()
  expect(gone).toEqual(['ann'])
  const next = await bob.owners.claim('/a', 'bob')
  expect(next.owner).toBe('bob')
  expect(next.token).toBeGreaterThan(first.token)
  // Those of a supervisor that was started later are higher than all of one before.
  expect(next.token).toBeGreaterThan(Date.UTC(2026, 0))
  await expect(ann.owners.claim('/b', 'ann')).rejects.toMatchObject({ fault: 'down' })
})

it('is late when it hangs: who owns a document cannot be found out', async () => {
  const clock = new VirtualClock()
  const late = new LinkOwners(() => new Promise(() => undefined), clock).claim('/a', 'ann')
  const isLate = expect(late).rejects.toMatchObject({ name: 'WsStoreError', fault: 'late' })
  await clock.advance(1_500)
  await isLate
})

const how = { size: 10, ttl: 60, epoch: 'one' }

it('keeps for the next worker what one has left, and not for another app', async () => {
  const kept = new KeptStores()
  const first = worker(kept)
  await first.history.subscribe('/chat', () => undefined)
  await first.history.append('/chat', 'hello', how)
  await first.sessions.save('token', { connection: 'c', rooms: [] }, { turn: 1, ttl: 60 })
  first.pair.disconnect()
  const next = worker(kept)
  const page = await next.history.read('/chat', { epoch: 'one', seq: 0 }, how)
  expect(page.entries.map(({ payload }) => payload)).toEqual(['hello'])
  expect(await next.sessions.claim('token', undefined, 60)).toMatchObject({ turn: 2, isOwn: false })
  const other = worker(kept, 1)
  expect(await other.sessions.claim('token', undefined, 60)).toBe(undefined)
})

it('is down without its supervisor, also for what waits', async () => {
  const { history, sessions, pair } = worker(new KeptStores())
  const changes: unknown[] = []
  history.onStatus(({ status }) => changes.push(status))
  const waiting = history.append('/chat', 'hello', how)
  pair.disconnect()
  const down = expect.objectContaining({ name: 'WsStoreError', fault: 'down' })
  await expect(waiting).rejects.toEqual(down)
  await expect(sessions.remove('token', 1)).rejects.toEqual(down)
  await history.subscribe('/chat', () => undefined)
  expect([history.status, sessions.status, changes]).toEqual(['down', 'down', ['down']])
})
