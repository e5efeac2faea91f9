import { afterEach, describe, expect, it } from '@jest/globals'
import type { WsBroadcastTransport } from 'enfilade'
import { MemoryBroadcastHub, MemoryBroadcastTransport } from 'enfilade'
import { Document, MemoryStorage } from 'enfilade/documents'
import { RedisBroadcastTransport } from 'enfilade/redis'
import { yjs, type YjsEngine } from 'enfilade/yjs'
import { Broker, hasBroker, REDIS } from '../support/broker.js'
import { startApp, type StartedApp } from '../support/start-app.js'
import { Provider } from '../support/yjs/provider.js'

const storage = new MemoryStorage()

/** Both processes keep it in the same place, as in a database. */
@Document('/text/:name', { engine: yjs(), storage })
class TextDocument {}

interface Place {
  transport(): WsBroadcastTransport
  end(): Promise<void>
}

async function overMemory(): Promise<Place> {
  const hub = new MemoryBroadcastHub()
  return Promise.resolve({
    transport: () => new MemoryBroadcastTransport(hub),
    end: () => Promise.resolve(),
  })
}

async function overRedis(): Promise<Place & { broker: Broker }> {
  const broker = await Broker.start(REDIS)
  const transports: RedisBroadcastTransport[] = []
  return {
    broker,
    transport: () => {
      const url = `redis://127.0.0.1:${broker.port}`
      const transport = new RedisBroadcastTransport({ url })
      transports.push(transport)
      return transport
    },
    end: async () => {
      await Promise.all(transports.map((transport) => transport.close()))
      await broker.stop()
    },
  }
}

let texts = 0
let cleanUp: (() => Promise<void>)[] = []

afterEach(async () => {
  for (const work of cleanUp.reverse()) await work()
  cleanUp = []
})

async function start<P extends Place>(make: () => Promise<P>) {
  const place = await make()
  cleanUp.push(() => place.end())
  const options = () => ({ controllers: [TextDocument], broadcastTransport: place.transport() })
  const apps = [await startApp(options()), await startApp(options())]
  for (const app of apps) cleanUp.push(() => app.stop())
  const room = `shared-${texts++}`
  const open = (app: StartedApp) => {
    const provider = new Provider(`ws://localhost:${app.port}/text`, { room })
    cleanUp.push(() => Promise.resolve(provider.end()))
    return provider.synced()
  }
  return { place, apps: apps as [StartedApp, StartedApp], room, open }
}

const withRedis = hasBroker(REDIS) ? it : it.skip

describe('a text in two processes', () => {
  const edit = async (make: () => Promise<Place>): Promise<void> => {
    const { apps, open, room } = await start(make)
    const a = await open(apps[0])
    a.provider.awareness.setLocalState({ name: 'Ann' })
    a.text.insert(0, 'first')
    const b = await open(apps[1])
    b.provider.awareness.setLocalState({ name: 'Ben' })
    await b.reads('first')
    b.text.insert(5, ' second')
    await a.reads('first second')
    a.text.delete(0, 6)
    await b.reads('second')
    await Promise.all([a.sees('Ann', 'Ben'), b.sees('Ann', 'Ben')])
    const document = await apps[1].app.documents.openHere<YjsEngine>(`/text/${room}`)
    document.transact((doc) => doc.getText('text').insert(6, ' third'))
    await a.reads('second third')
    await apps[0].stop()
    await b.sees('Ben')
    // What both have stored is one text.
    await apps[1].stop()
    const { apps: again } = await start(overMemory)
    const kept = await again[0].app.documents.openHere<YjsEngine>(`/text/${room}`)
    expect(kept.engine.getText('text').toJSON()).toBe('second third')
  }

  it('is one over memory', () => edit(overMemory))
  withRedis('is one over a real Redis', () => edit(overRedis))

  withRedis(
    'is one again after the broker was away, with what both wrote meanwhile',
    async () => {
      const { apps, open, place } = await start(overRedis)
      const [a, b] = [await open(apps[0]), await open(apps[1])]
      a.text.insert(0, 'before ')
      await b.reads('before ')
      await place.broker.kill()
      a.text.insert(7, 'A')
      b.text.insert(7, 'B')
      await place.broker.restart()
      const isWhole = (text: string) => text.includes('A') && text.includes('B')
      await a.until(() => isWhole(a.text.toJSON()), 'both', 25_000)
      await b.until(() => isWhole(b.text.toJSON()), 'both', 25_000)
      expect(a.text.toJSON()).toBe(b.text.toJSON())
    },
    60_000,
  )
})
