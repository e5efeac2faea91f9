import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import type { WsBroadcastTransport } from 'enfilade'
import { Inbox } from '../support/inbox.js'

/** Transports that have been connected to each other, and the way to end them. */
export interface ConnectedTransports {
  transports: readonly WsBroadcastTransport[]
  close(): Promise<void> | void
}

/** What a transport brings to its contract suite. */
export interface TransportSuite {
  /** Connects as many transports, each as a process of its own would have it. */
  create(count: number): Promise<ConnectedTransports> | ConnectedTransports
}

const ROOM = 'ws:room:/chat/general'
const OTHER = 'ws:room:/chat/other'
const END = 'the end'

/**
 * What every broadcast transport has to do. Absence is shown by order: a publisher's later message
 * would have come after the one that must not come.
 */
export function describeBroadcastTransport(name: string, { create }: TransportSuite): void {
  let connected: ConnectedTransports
  let publisher: WsBroadcastTransport
  let second: WsBroadcastTransport
  let third: WsBroadcastTransport

  beforeEach(async () => {
    connected = await create(3)
    ;[publisher, second, third] = connected.transports as [
      WsBroadcastTransport,
      WsBroadcastTransport,
      WsBroadcastTransport,
    ]
  })

  afterEach(() => connected.close())

  describe(`${name} is a broadcast transport`, () => {
    it('hands a message to every subscriber of the channel, and to no other', async () => {
      const [a, b] = [await subscribe(second), await subscribe(third)]
      const other = await subscribe(third, OTHER)
      await publisher.publish(ROOM, 'hello')
      await publisher.publish(OTHER, END)
      expect([await a.next(), await b.next(), await other.next()]).toEqual(['hello', 'hello', END])
      expect([a.all, b.all, other.all]).toEqual([['hello'], ['hello'], [END]])
    })

    it('keeps the order of each publisher, and doubles nothing', async () => {
      const inbox = await subscribe(third)
      const count = 200
      await Promise.all(
        [publisher, second].flatMap((each, index) =>
          Array.from({ length: count }, async (_, at) => each.publish(ROOM, `${index} ${at}`)),
        ),
      )
      for (let arrived = 0; arrived < 2 * count; arrived++) await inbox.next()
      await publisher.publish(ROOM, END)
      expect(await inbox.next()).toBe(END)
      for (const index of [0, 1]) {
        const own = inbox.all.filter((payload) => payload.startsWith(`${index} `))
        expect(own).toEqual(Array.from({ length: count }, (_, at) => `${index} ${at}`))
      }
    })

    it('may hand a message back to its publisher, once', async () => {
      const own = await subscribe(publisher)
      const inbox = await subscribe(second)
      await publisher.publish(ROOM, 'mine')
      await inbox.next()
      await second.publish(ROOM, END)
      await own.next({ match: (payload) => payload === END })
      expect([['mine', END], [END]]).toContainEqual(own.all)
      expect(inbox.all.filter((payload) => payload === 'mine')).toHaveLength(1)
    })

    it('stops with unsubscribe, for this subscriber and this channel only', async () => {
      const [stopped, other] = [await subscribe(second), await subscribe(second, OTHER)]
      const staying = await subscribe(third)
      await second.unsubscribe(ROOM)
      await publisher.publish(ROOM, 'after')
      await publisher.publish(OTHER, END)
      expect([await staying.next(), await other.next()]).toEqual(['after', END])
      expect(stopped.all).toEqual([])
    })

    it('delivers to the new handler, once, when subscribed again', async () => {
      const old = await subscribe(second)
      await second.unsubscribe(ROOM)
      const again = await subscribe(second)
      await publisher.publish(ROOM, 'once')
      await publisher.publish(ROOM, END)
      await again.next({ match: (payload) => payload === END })
      expect([old.all, again.all]).toEqual([[], ['once', END]])
    })

    it('receives what is published right after subscribe is done, round after round', async () => {
      for (let round = 0; round < 20; round++) {
        const inbox = await subscribe(second)
        await publisher.publish(ROOM, `round ${round}`)
        expect(await inbox.next()).toBe(`round ${round}`)
        await second.unsubscribe(ROOM)
      }
    })

    it('ends a subscription that is not there without a word', async () => {
      await second.unsubscribe(ROOM)
      const inbox = await subscribe(second)
      await publisher.publish(ROOM, 'hello')
      expect(await inbox.next()).toBe('hello')
    })

    it('takes a message that nobody listens to', async () => {
      await publisher.publish(OTHER, 'nobody')
      const inbox = await subscribe(second)
      await publisher.publish(ROOM, 'somebody')
      expect(await inbox.next()).toBe('somebody')
    })

    it.each([
      ['nothing', ''],
      ['one line', '{"a":1}'],
      ['several lines', '\n{"from":"x"}\r\n{"a":"\\n"}\n\n'],
      ['unicode', 'ünï 💬 \u2028 \u0000 \ufeff 中文'],
      ['quotes and backslashes', '"\\"\\u0041 \' `'],
      ['64 KiB', 'é💬x\n'.repeat(8192)],
    ])('carries %s as it is', async (_what, payload) => {
      const inbox = await subscribe(second)
      await publisher.publish(ROOM, payload)
      expect(await inbox.next()).toBe(payload)
    })

    it.each([
      ['spaces', 'ws:room:/chat/two words '],
      ['wildcards of brokers', 'ws:room:/a/*/>/#/+/[b]?'],
      ['dots and separators', 'ws:room:a.b..c:d,e;f|g'],
      ['unicode', 'ws:room:/chat/ünï 💬'],
      ['escapes', 'ws:room:/chat/%2F%zz\\n"'],
      ['line breaks', 'ws:room:a\r\nb\nc'],
      ['a long name', `ws:room:/${'x'.repeat(254)}`],
      ['no room', 'ws:everyone'],
    ])('keeps a channel whose name has %s apart', async (_what, channel) => {
      const inbox = await subscribe(second, channel)
      const others = [
        await subscribe(second, `${channel}x`),
        await subscribe(third, 'ws:room:/a/b'),
      ]
      await publisher.publish(channel, 'hello')
      expect(await inbox.next()).toBe('hello')
      await publisher.publish(`${channel}x`, END)
      expect(await others[0]?.next()).toBe(END)
      expect([inbox.all, others[1]?.all]).toEqual([['hello'], []])
    })

    it('serves many channels at once', async () => {
      const channels = Array.from({ length: 200 }, (_, index) => `ws:room:/chat/${index}`)
      const inboxes = await Promise.all(channels.map((channel) => subscribe(second, channel)))
      await Promise.all(
        channels.map(async (channel) => publisher.publish(channel, `to ${channel}`)),
      )
      const arrived = await Promise.all(inboxes.map((inbox) => inbox.next()))
      expect(arrived).toEqual(channels.map((channel) => `to ${channel}`))
      await Promise.all(channels.map(async (channel) => second.unsubscribe(channel)))
    })

    it('lets a handler publish, subscribe and unsubscribe', async () => {
      const answers = await subscribe(publisher, OTHER)
      const inbox = new Inbox<string>('a message')
      const first = (): void => {
        void (async () => {
          await second.unsubscribe(ROOM)
          await second.subscribe(ROOM, (payload) => inbox.push(payload))
          await second.publish(OTHER, 'ready')
        })()
      }
      await second.subscribe(ROOM, first)
      await publisher.publish(ROOM, 'go')
      expect(await answers.next()).toBe('ready')
      await publisher.publish(ROOM, 'heard')
      expect(await inbox.next()).toBe('heard')
    })
  })
}

async function subscribe(transport: WsBroadcastTransport, channel = ROOM): Promise<Inbox<string>> {
  const inbox = new Inbox<string>(`a message on ${channel}`)
  await transport.subscribe(channel, (payload) => inbox.push(payload))
  return inbox
}
