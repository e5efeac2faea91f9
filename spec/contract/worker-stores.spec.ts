import { expect, it } from '@jest/globals'
import { KeptStores, StoreDesk } from '../../lib/workers/kept-stores.js'
import { WorkerLink } from '../../lib/workers/worker-link.js'
import { IpcPair } from '../support/ipc-pair.js'
import { describeHistory } from './history.contract.js'
import { describeSessionStore } from './session-store.contract.js'

/** A worker of a supervisor that keeps these. */
function worker(kept: KeptStores, space = 0) {
  const pair = new IpcPair()
  pair.desk = new StoreDesk(kept, pair.order)
  const { history, sessions } = new WorkerLink(pair).stores(space)
  return { pair, history, sessions }
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
