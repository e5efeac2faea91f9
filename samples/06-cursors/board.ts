import { createWsApp, type WsApp } from 'enfilade'
import { servePage } from '../serve-page.js'
import { BoardController } from './board-controller.js'

/** Boards with cursors on them: WebSockets on `/ws`, the page that Vite built on `/`. */
export function createBoard(): WsApp {
  const app = createWsApp({
    controllers: [BoardController],
    upgradePath: '/ws',
    recovery: { window: 120 },
  })
  servePage(app.http, new URL('./public/', import.meta.url))
  return app
}
