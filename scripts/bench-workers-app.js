// What scripts/bench-workers.js loads: an app with one call of a fixed cost, and a room.
import 'reflect-metadata'
import { createHash } from 'node:crypto'
import { Broadcast, Controller, createWsApp, Join, OnMessage } from 'enfilade'

const BLOCK = Buffer.alloc(512 * 1024)

class LoadController {
  pid() {
    return process.pid
  }

  /** Some four hundred microseconds of CPU: beside it the load generator has next to nothing to do. */
  work() {
    return createHash('sha256').update(BLOCK).digest('hex')
  }

  join() {
    return true
  }

  say() {
    return 'x'.repeat(100)
  }
}

const decorate = (name, ...decorators) => {
  const property = Object.getOwnPropertyDescriptor(LoadController.prototype, name)
  for (const decorator of decorators) decorator(LoadController.prototype, name, property)
}
decorate('pid', OnMessage('pid'))
decorate('work', OnMessage('work'))
decorate('join', OnMessage('join'), Join('/room'))
decorate('say', OnMessage('say'), Broadcast('said', { room: '/room' }))
Controller('/load')(LoadController)

const app = createWsApp({
  controllers: [LoadController],
  rateLimit: false,
  maxConnectionsPerIp: Infinity,
  maxInFlight: 10_000,
  logger: false,
})

export { app as default }
