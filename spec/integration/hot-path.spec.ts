import { afterEach, describe, expect, it } from '@jest/globals'
import {
  Broadcast,
  Controller,
  Data,
  Join,
  MemoryBroadcastTransport,
  OnMessage,
  Presence,
} from 'enfilade'
import { createTestApp, type TestApp, type TestAppOptions, type TestClient } from 'enfilade/testing'
import { AppCluster } from '../../lib/app-cluster.js'
import { ClusterNode } from '../../lib/cluster/cluster-node.js'
import { ClusterState } from '../../lib/cluster/cluster-state.js'
import { BroadcastExchange } from '../../lib/rooms/broadcast-exchange.js'
import { MemoryRoomHistory } from '../../lib/rooms/history/memory-room-history.js'
import { MemoryRoomLog } from '../../lib/rooms/history/memory-room-log.js'
import { SharedRooms } from '../../lib/rooms/history/shared-rooms.js'
import { RoomPresence } from '../../lib/rooms/presence/room-presence.js'
import { Roster } from '../../lib/rooms/presence/roster.js'
import { RoomChannel } from '../../lib/rooms/room-channel.js'
import { RoomChannels } from '../../lib/rooms/room-channels.js'
import { LostConnections } from '../../lib/runtime/lost-connections.js'
import { Memberships } from '../../lib/runtime/memberships.js'
import { Recovery } from '../../lib/runtime/recovery.js'
import { RoomRosters } from '../../lib/runtime/room-rosters.js'
import { SharedSessions } from '../../lib/runtime/shared-sessions.js'
import { VirtualClock } from '../../lib/testing/virtual-clock.js'

/** All that recovery, history, presence and transports consist of, and the timers that an app sets. */
const PARTS = [
  ...[Memberships, Recovery, LostConnections],
  ...[MemoryRoomHistory, MemoryRoomLog, RoomRosters, RoomPresence, Roster],
  ...[BroadcastExchange, RoomChannel, RoomChannels, AppCluster, ClusterNode, ClusterState],
  ...[SharedRooms, SharedSessions],
]

/** What is called of them, by `Class.method`, until it is ended. */
function watchCalls(): { readonly calls: Record<string, number>; readonly end: () => void } {
  const calls: Record<string, number> = {}
  const undo: (() => void)[] = []
  const watch = (type: { name: string; prototype: object }, names?: readonly string[]): void => {
    for (const [name, property] of Object.entries(
      Object.getOwnPropertyDescriptors(type.prototype),
    )) {
      const own = property as PropertyDescriptor & { value?: unknown }
      if (name === 'constructor' || (names && !names.includes(name))) continue
      const count = (): void => {
        const key = `${type.name}.${name}`
        calls[key] = (calls[key] ?? 0) + 1
      }
      const wrap = (inner: unknown): unknown =>
        typeof inner !== 'function'
          ? inner
          : function (this: unknown, ...args: unknown[]): unknown {
              count()
              return Reflect.apply(inner, this, args)
            }
      const { get, set } = own
      Object.defineProperty(
        type.prototype,
        name,
        get ? { ...own, get: wrap(get) as () => unknown, set } : { ...own, value: wrap(own.value) },
      )
      undo.push(() => Object.defineProperty(type.prototype, name, own))
    }
  }
  for (const type of PARTS) watch(type)
  watch(VirtualClock, ['setTimeout'])
  return { calls, end: () => undo.forEach((restore) => restore()) }
}

/** The same handlers, with nothing around them. */
@Controller('/plain/:room')
class Plain {
  @OnMessage('join')
  @Join()
  join(): void {}

  @OnMessage('ask')
  ask(@Data(Object) data: unknown): unknown {
    return data
  }

  @OnMessage('say')
  @Broadcast('said')
  say(@Data(Object) data: unknown): unknown {
    return data
  }
}

@Presence(Object)
@Controller('/rich/:room', { history: true })
class Rich extends Plain {}

let app: TestApp
let watched: ReturnType<typeof watchCalls>

afterEach(async () => {
  watched.end()
  await app.close()
})

async function start(path: string, options: Partial<TestAppOptions>): Promise<TestClient[]> {
  app = createTestApp({ controllers: [Plain], rateLimit: false, ...options })
  const clients = [await app.connect({ user: 'ann' }), await app.connect({ user: 'ben' })]
  for (const client of clients) await client.call('join', path)
  await app.settle()
  watched = watchCalls()
  return clients
}

/** A hundred calls, and as many broadcasts. */
async function talk([ann, ben]: readonly TestClient[], path: string): Promise<void> {
  for (let count = 0; count < 100; count++) {
    await ann?.call('ask', path, count)
    await ann?.call('say', path, count)
  }
  await app.settle()
  expect(ben?.pushes).toHaveLength(100)
}

describe('recovery, history, presence and transports', () => {
  it('are not there at all for messages and pushes of an app that has none', async () => {
    const clients = await start('/plain/a', {})
    await talk(clients, '/plain/a')
    expect(watched.calls).toEqual({})
    for (const { connection } of clients) {
      expect(connection).toHaveProperty('resumption', undefined)
    }
  })

  it('nor for those of rooms without them, in an app that has them elsewhere', async () => {
    const clients = await start('/plain/a', { controllers: [Plain, Rich], recovery: true })
    await talk(clients, '/plain/a')
    expect(watched.calls).toEqual({})
  })

  it('cost a push one entry in its log where there is a history, and a message nothing', async () => {
    const clients = await start('/rich/a', { controllers: [Rich], recovery: true })
    await talk(clients, '/rich/a')
    expect(watched.calls).toEqual({ 'MemoryRoomLog.append': 100 })
  })

  it('cost a push one publish where there is a transport, and a message nothing', async () => {
    const clients = await start('/plain/a', { broadcastTransport: new MemoryBroadcastTransport() })
    await talk(clients, '/plain/a')
    expect(watched.calls).toEqual({ 'BroadcastExchange.publish': 100 })
  })

  it('set no timers and keep nothing of connections in an app that has none', async () => {
    const clients = await start('/plain/a', {})
    for (const client of clients) await client.drop()
    // Who comes and goes is told of where rules would be, if there were any.
    const beyond = Object.keys(watched.calls).filter(
      (name) => !/^(Memberships|RoomRosters)/.test(name),
    )
    expect(beyond).toEqual([])
    expect(app.server.size + app.rooms.size).toBe(0)
  })
})
