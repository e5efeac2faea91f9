import { createWsApp, type WsApp, type WsLogger } from 'enfilade'
import { RedisBroadcastTransport, RedisHistory, RedisSessionStore } from 'enfilade/redis'
import { container as root } from 'tsyringe'
import { Archive } from '../02-chat/archive.js'
import { ChatController } from '../02-chat/chat-controller.js'
import { BoardController } from '../06-cursors/board-controller.js'
import { servePage } from '../serve-page.js'
import { NodeController, Place } from './node-controller.js'

/** What a node is made of. */
export interface NodeParts {
  /** For people. */
  readonly name: string
  /** The Redis that all nodes share. */
  readonly url: string
  readonly archive: Archive
  readonly logger: WsLogger
}

/** One of several processes that are one app: the chat on `/chat/`, the cursors on `/cursors/`. */
export function createNode({ name, url, archive, logger }: NodeParts): WsApp {
  const broadcastTransport = new RedisBroadcastTransport({ url })
  const place = new Place(name, broadcastTransport)
  const container = root.createChildContainer()
  container.registerInstance(Archive, archive)
  container.registerInstance(Place, place)
  const app = createWsApp({
    controllers: [ChatController, BoardController, NodeController],
    container,
    logger,
    upgradePath: '/ws',
    broadcastTransport,
    history: new RedisHistory({ url }),
    recovery: { window: 120, sessions: new RedisSessionStore({ url }) },
  })
  broadcastTransport.onStatus(() => {
    for (const connection of app.server.connections()) place.tell(connection)
  })
  servePage(app.http, new URL('../02-chat/public/', import.meta.url), { base: '/chat/' })
  servePage(app.http, new URL('../06-cursors/public/', import.meta.url), { base: '/cursors/' })
  app.http.get('/', (response) => {
    response.writeStatus('302 Found').writeHeader('location', '/chat/').end()
  })
  return app
}
