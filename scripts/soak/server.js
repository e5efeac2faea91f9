// The app that `npm run soak` wears out, in a process of its own. Started with --expose-gc.
import 'reflect-metadata'
import { setTimeout as pause } from 'node:timers/promises'
import { Broadcast, Controller, createWsApp, Join, Leave, OnJoin, OnMessage } from 'enfilade'

class Soak {
  join() {
    return 'in'
  }

  leave() {
    return 'out'
  }

  say() {
    return { text: 'x'.repeat(200) }
  }

  /** Its client may have gone when it is done. */
  async work() {
    await pause(50)
    return 'done'
  }

  /** A hook that takes a moment: clients leave and vanish on their way in. */
  async joining() {
    await pause(5)
  }
}

const decorate = (name, ...decorators) => {
  const descriptor = Object.getOwnPropertyDescriptor(Soak.prototype, name)
  for (const decorator of decorators) decorator(Soak.prototype, name, descriptor)
}
decorate('join', Join(), OnMessage('join'))
decorate('leave', Leave(), OnMessage('leave'))
decorate('say', Broadcast(), OnMessage('say'))
decorate('work', OnMessage('work'))
decorate('joining', OnJoin())
Controller('/room/:room')(Soak)

/** Channels that are subscribed to now. */
const channels = new Set()
const transport = {
  publish: () => undefined,
  subscribe: async (channel) => {
    await pause(1)
    channels.add(channel)
  },
  unsubscribe: async (channel) => {
    await pause(1)
    channels.delete(channel)
  },
}

const app = createWsApp({
  controllers: [Soak],
  broadcastTransport: transport,
  broadcastWindow: 'auto',
  maxConnectionsPerIp: 5_000,
  authorize: async () => {
    await pause(Math.random() * 20)
    return {}
  },
  logger: false,
})

/** What there is now; after a collection, since garbage is no leak. */
function measure() {
  globalThis.gc()
  globalThis.gc()
  const handles = {}
  for (const { type } of process.report.getReport().libuv) handles[type] = (handles[type] ?? 0) + 1
  const { counters, server, rooms } = app
  const { heapUsed, rss, external, arrayBuffers } = process.memoryUsage()
  return {
    left: {
      connections: server.size,
      counted: counters.connections,
      inFlight: counters.inFlight,
      rooms: rooms.size,
      memberships: counters.memberships,
      // Those of the app itself stay as long as it does.
      channels: channels.size - ownChannels,
    },
    handles,
    timers: process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length,
    heap: heapUsed + external + arrayBuffers,
    rss,
    opened: counters.opened,
    messages: counters.messages,
    pushes: counters.pushes,
    drops: counters.drops,
    closed: counters.closed,
  }
}

process.on('message', () => process.send(measure()))
process.on('disconnect', () => process.exit(1))
const { port } = await app.listen(0, '127.0.0.1')
const ownChannels = channels.size
process.send({ port })
