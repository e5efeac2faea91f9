import { describe, expect, it } from '@jest/globals'
import { ManagedTransport } from 'enfilade'
import { HubSessions } from '../../../lib/workers/hub-sessions.js'
import { WorkerHub } from '../../../lib/workers/worker-hub.js'
import { WorkerLink } from '../../../lib/workers/worker-link.js'
import type { SupervisorMessage, WorkerStatus } from '../../../lib/workers/worker-messages.js'
import { Inbox } from '../../support/inbox.js'
import { IpcPair } from '../../support/ipc-pair.js'
import { nextTurn } from '../../support/next-turn.js'
import { becomes } from '../../support/transport-events.js'

function linked(hub = new WorkerHub()) {
  const pair = new IpcPair()
  pair.sessions = new HubSessions(hub, pair.order)
  return { pair, hub, link: new WorkerLink(pair) }
}

describe('WorkerLink', () => {
  it('asks for its address, and tells where it listens and why it cannot', async () => {
    const { pair, link } = linked()
    const asked = link.ask()
    await nextTurn()
    expect(pair.told).toEqual([{ enfilade: 'ask' }])
    pair.order({ enfilade: 'listen', address: { port: 4711, host: undefined } })
    expect(await asked).toEqual({ port: 4711, host: undefined })
    link.listening(4711)
    link.failed('no luck')
    await nextTurn()
    expect(pair.told.slice(1)).toEqual([
      { enfilade: 'listening', port: 4711 },
      { enfilade: 'failed', text: 'no luck' },
    ])
  })

  it('keeps orders that come before somebody obeys', async () => {
    const { pair, link } = linked()
    const order = { drain: 3, isReplaced: true }
    pair.order({ enfilade: 'leave' })
    pair.order({ enfilade: 'close', order })
    pair.order({ enfilade: 'figures', tag: 1 })
    await nextTurn()
    const obeyed: unknown[] = []
    link.obey({
      leave: () => obeyed.push('leave'),
      close: (given) => obeyed.push(given),
      orphaned: () => obeyed.push('orphaned'),
      figures: () => ({ connections: 7, memory: 8, cpu: 9 }),
    })
    pair.order({ enfilade: 'figures', tag: 2 })
    await nextTurn()
    pair.disconnect()
    expect(obeyed).toEqual(['leave', order, 'orphaned'])
    await nextTurn()
    // The first question was too early to be answered; the second came before the end.
    expect(pair.told).toEqual([])
  })

  it('ignores what the program itself is sent', async () => {
    const { pair, link } = linked()
    const asked = link.ask()
    for (const message of [null, 'text', 7, {}, { type: 'listen' }]) pair.emit('message', message)
    pair.order({ enfilade: 'listen', address: { port: 1, host: 'a' } })
    expect(await asked).toEqual({ port: 1, host: 'a' })
  })

  it('asks for the workers, of which there are none when the supervisor is gone', async () => {
    const { pair, link } = linked()
    const workers: WorkerStatus[] = [{ id: 1, state: 'listening', since: 1, restarts: 0 }]
    const asked = link.status()
    await nextTurn()
    const [{ tag }] = pair.told as unknown as [{ tag: number }]
    pair.order({ enfilade: 'status', tag, workers })
    expect(await asked).toEqual(workers)
    pair.disconnect()
    expect(await link.status()).toEqual([])
  })

  it('keeps the broadcasts of one app from those of another', async () => {
    const hub = new WorkerHub()
    const [first, second] = [linked(hub).link, linked(hub).link]
    const sender = new ManagedTransport(first.driver(0))
    const inbox = new Inbox<string>('a message')
    const others = new Inbox<string>('a message of the other app')
    const same = new ManagedTransport(second.driver(0))
    const other = new ManagedTransport(second.driver(1))
    await same.subscribe('c', (payload) => inbox.push(payload))
    await other.subscribe('c', (payload) => others.push(payload))
    sender.publish('c', 'hello')
    expect(await inbox.next()).toBe('hello')
    await nextTurn()
    expect(others.all).toEqual([])
    await Promise.all([sender, same, other].map((transport) => transport.close()))
  })

  it('has its transports down when the supervisor is gone, and the hub forgets the worker', async () => {
    const { pair, hub, link } = linked()
    const transport = new ManagedTransport(link.driver(0))
    await transport.ready()
    await transport.subscribe('c', () => undefined)
    expect(hub.channels).toBe(1)
    const down = becomes(transport, 'down')
    pair.disconnect()
    await down
    expect(hub.channels).toBe(0)
    await transport.close()
  })
})

describe('HubSessions', () => {
  it('drops what a worker that hangs would pile up, and counts it', () => {
    const hub = new WorkerHub()
    const sent: SupervisorMessage[] = []
    const done: (() => void)[] = []
    const sessions = new HubSessions(hub, (message, after) => {
      sent.push(message)
      if (after) done.push(after)
    })
    sessions.handle(1, { do: 'open', space: 0 })
    sessions.handle(1, { do: 'subscribe', tag: 1, channels: ['c'] })
    const publisher = hub.connect(0, () => undefined)
    const payload = 'x'.repeat(8 * 1024 * 1024)
    for (let count = 0; count < 10; count++) publisher.publish([{ channel: 'c', payload }])
    expect(sent.filter(({ enfilade }) => enfilade === 'messages')).toHaveLength(4)
    expect(sessions.dropped).toBe(6)
    for (const after of done) after()
    publisher.publish([{ channel: 'c', payload: 'again' }])
    expect(sent.at(-1)).toEqual({
      enfilade: 'messages',
      session: 1,
      messages: [{ channel: 'c', payload: 'again' }],
    })
  })

  it('ignores what sessions ask that are not open', () => {
    const sent: SupervisorMessage[] = []
    const sessions = new HubSessions(new WorkerHub(), (message) => sent.push(message))
    sessions.handle(1, { do: 'ping', tag: 1 })
    sessions.handle(1, { do: 'close' })
    expect(sent).toEqual([])
  })
})
