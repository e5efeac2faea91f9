import { createWsApp, type WsApp } from 'enfilade'
import { servePage } from '../serve-page.js'
import { ChatController } from './chat-controller.js'

/** A chat with rooms: WebSockets on `/ws`, a page on `/`. */
export function createChat(): WsApp {
  const app = createWsApp({
    controllers: [ChatController],
    upgradePath: '/ws',
    recovery: { window: 120 },
  })
  servePage(app.http, new URL('./public/', import.meta.url))
  return app
}
