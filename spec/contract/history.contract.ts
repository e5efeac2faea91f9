import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import type { HistoryEntry, WsHistory } from 'enfilade'
import { Inbox } from '../support/inbox.js'

/** Histories that share what they keep, and the way to end them. */
export interface ConnectedHistories {
  histories: readonly WsHistory[]
  close(): Promise<void> | void
}

/** What a history brings to its contract suite. */
export interface HistorySuite {
  /** Connects as many histories, each as a process of its own would have it. */
  create(count: number): Promise<ConnectedHistories> | ConnectedHistories
}

const bounds = { size: 50, ttl: 60 }
const EPOCH = 'an-epoch'

/** What every shared history has to do. */
export function describeHistory(name: string, { create }: HistorySuite): void {
  let connected: ConnectedHistories
  let first: WsHistory
  let second: WsHistory
  let room: string

  beforeEach(async () => {
    connected = await create(2)
    ;[first, second] = connected.histories as [WsHistory, WsHistory]
    room = `/chat/${crypto.randomUUID()}`
  })

  afterEach(() => connected.close())

  async function subscribe(history: WsHistory, to = room): Promise<Inbox<HistoryEntry>> {
    const inbox = new Inbox<HistoryEntry>(`an entry of ${to}`)
    await history.subscribe(to, (entry) => inbox.push(entry))
    return inbox
  }

  const append = (history: WsHistory, payload: string, more = {}): Promise<void> =>
    history.append(room, payload, { ...bounds, epoch: EPOCH, ...more })

  const payloads = (entries: readonly HistoryEntry[]): unknown[] =>
    entries.map(({ payload }) => payload)

  describe(`${name} is a history`, () => {
    it('numbers what is appended, keeps it, and hands it to all, the appender too', async () => {
      const inboxes = [await subscribe(first), await subscribe(second)]
      await append(first, 'a')
      await append(second, 'b')
      for (const inbox of inboxes) {
        const [a, b] = [await inbox.next(), await inbox.next()]
        expect([a.payload, b.payload]).toEqual(['a', 'b'])
        expect(b.seq).toBeGreaterThan(a.seq)
        expect(b.previous).toBe(a.seq)
        expect(b.epoch).toBe(a.epoch)
      }
      const { epoch, seq } = inboxes[0]?.all[0] as HistoryEntry
      const page = await second.read(room, { epoch, seq }, bounds)
      expect(page).toMatchObject({ epoch, isComplete: true, seq: inboxes[1]?.all[1]?.seq })
      expect(payloads(page.entries)).toEqual(['a', 'b'])
    })

    it('takes appends of several processes in one order, the same for everybody', async () => {
      const inboxes = [await subscribe(first), await subscribe(second)]
      const count = 150
      await Promise.all(
        [first, second].flatMap((history, index) =>
          Array.from({ length: count }, (_, at) => append(history, `${index} ${at}`)),
        ),
      )
      for (const inbox of inboxes) {
        for (let arrived = 0; arrived < 2 * count; arrived++) await inbox.next()
        let before: HistoryEntry | undefined
        for (const entry of inbox.all) {
          if (before) expect([entry.previous, entry.epoch]).toEqual([before.seq, before.epoch])
          before = entry
        }
        for (const index of [0, 1]) {
          const own = inbox.all.filter(({ payload }) => payload?.startsWith(`${index} `))
          expect(payloads(own)).toEqual(Array.from({ length: count }, (_, at) => `${index} ${at}`))
        }
      }
      expect(inboxes[0]?.all).toEqual(inboxes[1]?.all)
    })

    it('gives a room an epoch when it is read first, and keeps to it', async () => {
      const [one, other] = await Promise.all([
        first.read(room, undefined, bounds),
        second.read(room, undefined, bounds),
      ])
      expect(one).toMatchObject({ isComplete: true, entries: [] })
      expect(other.epoch).toBe(one.epoch)
      const inbox = await subscribe(second)
      await append(first, 'a')
      const entry = await inbox.next()
      expect(entry.epoch).toBe(one.epoch)
      const page = await second.read(room, { epoch: one.epoch, seq: one.seq }, bounds)
      expect(page.isComplete).toBe(true)
      expect(payloads(page.entries)).toEqual(['a'])
    })

    it('says that a position of another epoch, or one that cannot be, has no continuation', async () => {
      await append(first, 'a')
      const { epoch, seq } = await first.read(room, undefined, bounds)
      const positions = [
        { epoch: 'another', seq },
        { epoch: '', seq: 0 },
        ...[seq + 1, NaN, -1, 0.5, Infinity, 2 ** 53].map((at) => ({ epoch, seq: at })),
      ]
      for (const position of positions) {
        const page = await second.read(room, position, bounds)
        expect(page).toEqual({ epoch, seq, isComplete: false, entries: [] })
      }
      const here = await second.read(room, { epoch, seq }, bounds)
      expect([here.isComplete, here.seq]).toEqual([true, seq])
    })

    it('keeps the last of a room, by their number', async () => {
      const inbox = await subscribe(first)
      for (let at = 1; at <= 8; at++) await append(first, `${at}`, { size: 5 })
      while (inbox.all.length < 8) await inbox.next()
      const position = (at: number): HistoryEntry => inbox.all[at - 1] as HistoryEntry
      const kept = await second.read(room, position(3), { ...bounds, size: 5 })
      expect(kept.isComplete).toBe(true)
      expect(payloads(kept.entries).slice(-5)).toEqual(['4', '5', '6', '7', '8'])
      const gone = await second.read(room, position(2), { ...bounds, size: 5 })
      expect(gone).toMatchObject({ isComplete: false, entries: [] })
    })

    it('keeps what is pushed for its time, and not for ever', async () => {
      const inbox = await subscribe(first)
      await append(first, 'a', { ttl: 1 })
      const { epoch, seq } = await inbox.next()
      await append(first, 'b', { ttl: 1 })
      expect((await second.read(room, { epoch, seq }, { size: 50, ttl: 1 })).isComplete).toBe(true)
      // It has no event of its own: it is asked for until it is over.
      let isComplete = true
      while (isComplete) {
        ;({ isComplete } = await second.read(room, { epoch, seq }, { size: 50, ttl: 1 }))
      }
      const page = await second.read(room, undefined, bounds)
      expect(page.epoch).toBe(epoch)
    })

    it('counts appends with one id once, also from two processes', async () => {
      const inbox = await subscribe(first)
      const again = [first, second, first].map((history) => append(history, 'a', { id: 'order 7' }))
      await Promise.all(again)
      await append(second, 'b', { id: 'order 8' })
      await append(second, 'c')
      await append(second, 'd')
      await inbox.next({ match: ({ payload }) => payload === 'd' })
      expect(payloads(inbox.all)).toEqual(['a', 'b', 'c', 'd'])
    })

    it('starts a room anew, with another epoch, and tells everybody', async () => {
      await append(first, 'before')
      const before = await first.read(room, undefined, bounds)
      const inboxes = [await subscribe(first), await subscribe(second)]
      await first.restart(room, bounds)
      await append(second, 'after')
      for (const inbox of inboxes) {
        const start = await inbox.next()
        expect(start.payload).toBeUndefined()
        expect(start.epoch).not.toBe(before.epoch)
        const after = await inbox.next()
        expect(after).toMatchObject({ payload: 'after', epoch: start.epoch, previous: start.seq })
        expect(after.seq).toBeGreaterThan(start.seq)
      }
      expect((await second.read(room, before, bounds)).isComplete).toBe(false)
      const { epoch, seq } = inboxes[0]?.all[0] as HistoryEntry
      const page = await second.read(room, { epoch, seq }, bounds)
      expect([page.isComplete, payloads(page.entries)]).toEqual([true, ['after']])
    })

    it('starts anew only from the epoch that is named, so that of many who ask one is heard', async () => {
      await append(first, 'before')
      const inbox = await subscribe(first)
      const { epoch } = await first.read(room, undefined, bounds)
      await Promise.all([first.restart(room, bounds, epoch), second.restart(room, bounds, epoch)])
      await append(first, 'after')
      await inbox.next({ match: ({ payload }) => payload === 'after' })
      expect(payloads(inbox.all)).toEqual([undefined, 'after'])
    })

    it('keeps rooms apart, whatever they are called', async () => {
      const names = [
        'a',
        'a.b',
        'a*',
        '{a}',
        '{a}b',
        'a:b',
        'a b',
        'ä💬',
        '>',
        '*',
        `${room}x`,
        room,
      ]
      const inboxes = await Promise.all(names.map((to) => subscribe(second, `${room}/${to}`)))
      for (const to of names) {
        await first.append(`${room}/${to}`, `of ${to}`, { ...bounds, epoch: EPOCH, id: to })
      }
      for (const [index, to] of names.entries()) {
        const entry = await (inboxes[index] as Inbox<HistoryEntry>).next()
        expect(entry.payload).toBe(`of ${to}`)
        const page = await second.read(`${room}/${to}`, entry, bounds)
        expect(payloads(page.entries)).toEqual([`of ${to}`])
      }
      expect(inboxes.map(({ all }) => all.length)).toEqual(names.map(() => 1))
    })

    it('leaves payloads as they are', async () => {
      const texts = [
        '',
        ' ',
        '\n',
        'a\nb',
        '{"a":1}',
        'ünï 💬 漢字',
        '\u0000',
        '1 x 1 1 4\n',
        'x'.repeat(70_000),
      ]
      const inbox = await subscribe(second)
      for (const text of texts) await append(first, text)
      while (inbox.all.length < texts.length) await inbox.next()
      expect(payloads(inbox.all)).toEqual(texts)
      const page = await second.read(room, inbox.all[0], bounds)
      expect(payloads(page.entries)).toEqual(texts)
    })

    it('hands nothing to who has unsubscribed, and goes on for the others', async () => {
      const gone: HistoryEntry[] = []
      const handler = (entry: HistoryEntry): void => void gone.push(entry)
      const inbox = await subscribe(second)
      await second.subscribe(room, handler)
      second.unsubscribe(room, handler)
      await append(first, 'a')
      await inbox.next()
      expect(gone).toEqual([])
    })
  })
}
