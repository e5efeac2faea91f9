import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import type { ManagedTransport, ManagedTransportOptions, TransportCounters } from 'enfilade'
import { Broker, hasBroker, type BrokerProgram } from '../support/broker.js'
import { within } from '../support/deadline.js'
import { Inbox } from '../support/inbox.js'
import { heapUsed } from '../support/heap-used.js'
import { nextTurn } from '../support/next-turn.js'
import { becomes, Counter, NumberLoad, NumberReceiver } from '../support/transport-events.js'

/** What a transport brings to the suite of faults. */
export interface ManagedTransportSuite {
  readonly program: BrokerProgram
  make(port: number, options?: ManagedTransportOptions): ManagedTransport
}

const ROOM = 'ws:room:/chat/general'
const KEPT_ROOM = 'ws:room:/chat/kept'
/** 200,000 have been tried; on a busy machine they take their time. */
const ORDERED = Number(process.env.ORDERED_MESSAGES ?? 20_000)
/** Milliseconds: the promise of the documentation. */
const NOTICED = { killed: 1_000, stopped: 4_000, back: 2_000 }

/** What every transport to a broker has to do when that one fails. */
export function describeManagedTransport(name: string, suite: ManagedTransportSuite): void {
  let broker: Broker
  let transports: ManagedTransport[]
  let load: NumberLoad | undefined

  const make = (options?: ManagedTransportOptions): ManagedTransport => {
    const transport = suite.make(broker.port, options)
    transports.push(transport)
    return transport
  }
  const all = (status: ManagedTransport['status'], ms: number): Promise<void[]> =>
    Promise.all(transports.map((transport) => becomes(transport, status, ms)))

  const block = hasBroker(suite.program) ? describe : describe.skip

  block(`${name} when its broker fails`, () => {
    beforeEach(async () => {
      transports = []
      broker = await Broker.start(suite.program)
    })

    afterEach(async () => {
      load?.stop()
      // What hangs is killed first: nothing is left to wait for.
      await broker.kill()
      await Promise.all(transports.map((transport) => transport.close()))
      await broker.stop()
    })

    it.each([
      ['killed', () => broker.kill(), () => broker.restart()],
      ['stopped', () => broker.freeze(), () => broker.thaw()],
    ] as const)(
      '%s under load: the loss is known, then all is well',
      async (how, fail, mend) => {
        const [publisher, second, third] = [make(), make(), make()]
        await all('ready', 10_000)
        const receivers = [
          await NumberReceiver.on(second, ROOM),
          await NumberReceiver.on(third, ROOM),
        ]
        const numbers = (load = new NumberLoad(publisher, ROOM))
        await Promise.all(receivers.map((receiver) => receiver.until(1_000)))
        const noticed = all('down', NOTICED[how])
        await fail()
        await noticed
        const { accepted } = publisher.publish('ws:room:/other', 'lost')
        await mend()
        await all('ready', NOTICED.back)
        await Promise.all(receivers.map((receiver) => receiver.until(numbers.sent + 1_000)))
        numbers.stop()
        await Promise.all(receivers.map((receiver) => receiver.until(numbers.sent)))
        expect(accepted).toBe(false)
        for (const receiver of receivers) {
          expect(receiver.disorders).toBe(0)
          expect(receiver.received + receiver.missed).toBe(numbers.sent)
        }
        expect(numbers.refused).toBeGreaterThan(0)
        await publisher.close()
        expectBalance(publisher.counters)
      },
      30_000,
    )

    it('starts without a broker, and is ready when it comes', async () => {
      await broker.kill()
      const [publisher, second] = [make(), make()]
      await all('down', NOTICED.killed)
      const receiver = await NumberReceiver.on(second, ROOM)
      await broker.restart()
      await all('ready', NOTICED.back)
      publisher.publish(ROOM, '1')
      await receiver.until(1)
      expect(receiver.received).toBe(1)
    })

    it('keeps a bounded number of messages when told to, and sends them in order', async () => {
      const [publisher, second] = [make({ outage: { messages: 3, age: 60_000 } }), make()]
      await all('ready', 10_000)
      const inbox = new Inbox<string>('a message')
      await second.subscribe(ROOM, (payload) => inbox.push(payload))
      const noticed = all('down', NOTICED.killed)
      await broker.kill()
      await noticed
      const accepted = ['a', 'b', 'c', 'd'].map(
        (text) => publisher.publish(KEPT_ROOM, text).accepted,
      )
      await second.subscribe(KEPT_ROOM, (payload) => inbox.push(payload))
      await broker.restart()
      await becomes(second, 'ready')
      expect([await inbox.next(), await inbox.next(), await inbox.next()]).toEqual(['a', 'b', 'c'])
      expect(accepted).toEqual([true, true, true, false])
      expect(publisher.counters.lost.overflow).toBe(1)
      await publisher.close()
      expectBalance(publisher.counters)
    })

    it('lets rooms be joined meanwhile, or refuses, as it was told', async () => {
      const [accepting, refusing] = [make(), make({ joinsWhileDown: 'refuse' })]
      await all('ready', 10_000)
      const noticed = all('down', NOTICED.killed)
      await broker.kill()
      await noticed
      const receiver = await NumberReceiver.on(accepting, ROOM)
      const refused = async (): Promise<void> => refusing.subscribe(ROOM, () => undefined)
      await expect(refused()).rejects.toThrow('the broker is down')
      await broker.restart()
      await all('ready', NOTICED.back)
      refusing.publish(ROOM, '1')
      await receiver.until(1)
    })

    it('renews 50,000 subscriptions when it is back', async () => {
      const [publisher, second] = [make(), make()]
      await all('ready', 10_000)
      const heard = new Counter('channels to be heard')
      const channels = Array.from({ length: 50_000 }, (_, index) => `ws:room:/chat/${index}`)
      await Promise.all(
        channels.map(async (channel) => second.subscribe(channel, () => heard.add())),
      )
      const noticed = all('down', NOTICED.killed)
      await broker.kill()
      await noticed
      await broker.restart()
      // The promise is two seconds; other specs run on the same machine.
      await all('ready', 6_000)
      for (const [index, channel] of channels.entries()) {
        publisher.publish(channel, 'hello')
        // On a machine that is busy they would not all find room.
        if ((index + 1) % 5_000 === 0) await heard.until(index + 1, 10_000)
      }
      expect(heard.count).toBe(channels.length)
    }, 60_000)

    it(`keeps the order of ${ORDERED} messages of one publisher, in every room`, async () => {
      const [publisher, second, third] = [make(), make(), make()]
      await all('ready', 10_000)
      const rooms = [ROOM, KEPT_ROOM]
      const receivers = await Promise.all(
        [second, third].flatMap((each) => rooms.map((room) => NumberReceiver.on(each, room))),
      )
      for (let number = 1; number <= ORDERED / rooms.length; number++) {
        for (const room of rooms) publisher.publish(room, String(number))
        // As an app does: not everything in one turn of the event loop.
        if (number % 500 === 0) await nextTurn()
      }
      await Promise.all(receivers.map((receiver) => receiver.until(ORDERED / rooms.length)))
      for (const { received, disorders, missed } of receivers) {
        expect([received, disorders, missed]).toEqual([ORDERED / rooms.length, 0, 0])
      }
    }, 30_000)

    it('takes no memory for what is published while it is down', async () => {
      const transport = make()
      await all('ready', 10_000)
      const noticed = all('down', NOTICED.killed)
      await broker.kill()
      await noticed
      const payload = 'x'.repeat(500)
      const publish = (count: number): void => {
        for (let at = 0; at < count; at++) transport.publish(ROOM, `${at} ${payload}`)
      }
      // What is compiled and set up on the way is no growth.
      publish(20_000)
      const before = heapUsed()
      publish(300_000)
      expect(heapUsed() - before).toBeLessThan(2 * 1024 * 1024)
      expect(transport.counters.lost.outage).toBe(320_000)
    }, 30_000)

    it('closes at once when the broker hangs, with messages on their way', async () => {
      const transport = make()
      await all('ready', 10_000)
      await broker.freeze()
      await all('degraded', 4_000)
      transport.publish(ROOM, 'never')
      await within(transport.close(), 'the end of the transport', 2_000)
      expect(transport.counters.lost.unconfirmed).toBe(1)
      expect(transport.publish(ROOM, 'too late').accepted).toBe(false)
      expectBalance(transport.counters)
    })

    it('hands over what was accepted before it closes', async () => {
      const [publisher, second] = [make(), make()]
      await all('ready', 10_000)
      const receiver = await NumberReceiver.on(second, ROOM)
      for (let number = 1; number <= 1_000; number++) publisher.publish(ROOM, String(number))
      await publisher.close()
      await receiver.until(1_000)
      expect(publisher.counters.delivered).toBe(1_000)
    })
  })
}

function expectBalance({ sent, delivered, pending, lost }: TransportCounters): void {
  const losses = Object.values(lost).reduce((sum, count) => sum + count, 0)
  expect(delivered + pending + losses).toBe(sent)
  expect(pending).toBe(0)
}
