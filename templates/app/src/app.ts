import 'reflect-metadata' // first, before any class with decorators is loaded
import { createWsApp, type WsApp, type WsAppOptions } from 'enfilade'
import { ChatController } from './chat-controller.js'
import { servePage } from './serve-page.js'

/** What the tests share with the app. */
export const options: WsAppOptions = {
  controllers: [ChatController],
  upgradePath: '/ws',
  recovery: true, // a lost connection is continued
  health: true, // /livez and /readyz
}

/** Makes the app that `enfilade serve` runs. */
function createApp(): WsApp {
  const app = createWsApp(options)
  servePage(app.http)
  return app
}

export { createApp as default }
