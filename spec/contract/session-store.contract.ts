import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import type { SessionRecord, WsSessionStore } from 'enfilade'
import { Inbox } from '../support/inbox.js'

/** Stores that share their sessions, and the way to end them. */
export interface ConnectedStores {
  stores: readonly WsSessionStore[]
  close(): Promise<void> | void
}

/** What a session store brings to its contract suite. */
export interface SessionStoreSuite {
  /** Connects as many stores, each as a process of its own would have it. */
  create(count: number): Promise<ConnectedStores> | ConnectedStores
}

const record: SessionRecord = {
  userId: 'ann',
  connection: 'c1',
  rooms: [
    { room: '/chat/ä', access: 'write', state: { name: 'Ann', at: [1, null] } },
    { room: '/chat/b', access: 'read' },
  ],
}
const lease = { turn: 1, ttl: 60 }

/** What every session store has to do. */
export function describeSessionStore(name: string, { create }: SessionStoreSuite): void {
  let connected: ConnectedStores
  let first: WsSessionStore
  let second: WsSessionStore
  let third: WsSessionStore
  let token: string

  beforeEach(async () => {
    connected = await create(3)
    ;[first, second, third] = connected.stores as [WsSessionStore, WsSessionStore, WsSessionStore]
    token = crypto.randomUUID()
  })

  afterEach(() => connected.close())

  const claims = (store: WsSessionStore): Inbox<unknown> => {
    const inbox = new Inbox<unknown>('a claim')
    store.onClaimed((claimed, turn) => inbox.push([claimed, turn]))
    return inbox
  }

  describe(`${name} is a session store`, () => {
    it('hands a session with all that is in it to who claims it, and tells who had it', async () => {
      const inbox = claims(first)
      expect(await first.save(token, record, lease)).toBe('kept')
      expect(await second.claim(token, 'ann', 60)).toEqual({ turn: 2, record, isOwn: false })
      expect(await inbox.next()).toEqual([token, 2])
    })

    it('says of a session that comes back to its process that it is its own', async () => {
      await first.save(token, record, lease)
      expect(await first.claim(token, 'ann', 60)).toEqual({ turn: 2, record, isOwn: true })
      expect(await first.save(token, record, { ...lease, turn: 2 })).toBe('kept')
    })

    it('knows nothing of other tokens, and gives no session to another user', async () => {
      const anonymous = { ...record, userId: undefined }
      const other = crypto.randomUUID()
      await first.save(token, record, lease)
      await first.save(other, anonymous, lease)
      expect(await second.claim(crypto.randomUUID(), 'ann', 60)).toBeUndefined()
      for (const user of ['bob', '', undefined, 'ANN', 'undefined']) {
        expect(await second.claim(token, user, 60)).toBeUndefined()
      }
      expect(await second.claim(other, '', 60)).toBeUndefined()
      expect((await second.claim(other, undefined, 60))?.turn).toBe(2)
      expect((await second.claim(token, 'ann', 60))?.turn).toBe(2)
    })

    it('keeps what was saved last', async () => {
      await first.save(token, record, lease)
      await first.save(token, { ...record, rooms: [] }, lease)
      expect((await second.claim(token, 'ann', 60))?.record.rooms).toEqual([])
    })

    it('of several that claim at once, gives it to all in turn, and it is the last one’s', async () => {
      const [a, b] = [claims(second), claims(third)]
      await first.save(token, record, lease)
      const won = await Promise.all([second, third].map((store) => store.claim(token, 'ann', 60)))
      const turns = won.map((claim) => claim?.turn)
      expect([...turns].sort()).toEqual([2, 3])
      const isSecondFirst = turns[0] === 2
      expect(await (isSecondFirst ? a : b).next()).toEqual([token, 3])
      const [former, last] = isSecondFirst ? [second, third] : [third, second]
      expect(await former.save(token, record, { turn: 2, ttl: 60 })).toBe('claimed')
      expect(await last.save(token, record, { turn: 3, ttl: 60 })).toBe('kept')
    })

    it('takes nothing from who had it before, and says so', async () => {
      await first.save(token, record, lease)
      await second.claim(token, 'ann', 60)
      expect(await first.save(token, { ...record, rooms: [] }, lease)).toBe('claimed')
      expect(await first.renew(token, lease)).toBe('claimed')
      await first.remove(token, 1)
      expect((await third.claim(token, 'ann', 60))?.record).toEqual(record)
    })

    it('forgets what is removed', async () => {
      await first.save(token, record, lease)
      await first.remove(token, 1)
      expect(await second.claim(token, 'ann', 60)).toBeUndefined()
      expect(await first.renew(token, lease)).toBe('unknown')
      await first.remove(token, 1)
    })

    it('keeps a session for its time, and for longer when it is renewed', async () => {
      const other = crypto.randomUUID()
      await first.save(token, record, { turn: 1, ttl: 1 })
      await first.save(other, record, { turn: 1, ttl: 1 })
      expect(await first.renew(other, lease)).toBe('kept')
      // That it is over has no event: it is asked for, by who may not have it, until it is.
      let state = 'claimed'
      while (state !== 'unknown') {
        await new Promise(setImmediate)
        state = await first.renew(token, { turn: 0, ttl: 60 })
      }
      expect(await second.claim(token, 'ann', 60)).toBeUndefined()
      expect((await second.claim(other, 'ann', 60))?.turn).toBe(2)
    })

    it('goes back and forth between processes', async () => {
      await first.save(token, record, lease)
      for (const [index, store] of [second, first, second, third].entries()) {
        const claim = await store.claim(token, 'ann', 60)
        expect(claim).toEqual({ turn: index + 2, record, isOwn: false })
      }
    })
  })
}
