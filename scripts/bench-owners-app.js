// What scripts/bench-owners.js loads: boards with one owner among workers, or over Redis when it has a REDIS_PORT.
import 'reflect-metadata'
import { IsNumber } from 'class-validator'
import { Controller, createWsApp, OnMessage } from 'enfilade'
import { Document } from 'enfilade/documents'

const { REDIS_PORT } = process.env

class Shape {}
IsNumber()(Shape.prototype, 'x')

async function overRedis() {
  const { RedisBroadcastTransport, RedisDocumentOwners } = await import('enfilade/redis')
  const url = `redis://127.0.0.1:${REDIS_PORT}`
  return [new RedisDocumentOwners({ url }), new RedisBroadcastTransport({ url })]
}
const [owners, broadcastTransport] = REDIS_PORT === undefined ? [] : await overRedis()

class Boards {}
Document('/board/:board', { records: { shape: Shape }, ...(owners && { owners }) })(Boards)

class LoadController {
  pid() {
    return process.pid
  }
}
const property = Object.getOwnPropertyDescriptor(LoadController.prototype, 'pid')
OnMessage('pid')(LoadController.prototype, 'pid', property)
Controller('/load')(LoadController)

const app = createWsApp({
  controllers: [Boards, LoadController],
  ...(broadcastTransport && { broadcastTransport }),
  rateLimit: false,
  maxConnectionsPerIp: Infinity,
  logger: false,
})

export { app as default }
