import { expect, it } from '@jest/globals'
import { Controller, createWsApp, guard, OnMessage, Use, type WsMiddleware } from 'enfilade'

const timing: WsMiddleware = (_context, next) => next()
const audit: WsMiddleware = (_context, next) => next()

@Controller('/chat/:room')
@Use(audit)
class ChatController {
  @OnMessage('say')
  @Use(guard(() => true))
  say(): void {}

  @OnMessage()
  other(): void {}
}

it('routes are listed with their middleware, from the outside', async () => {
  const app = createWsApp({ controllers: [ChatController], use: [timing], logger: false })
  const rows = app.routes()
  expect(rows[0]).toMatchObject({
    event: 'say',
    path: '/chat/:room',
    handler: 'ChatController.say',
  })
  expect(rows[0]?.middleware.slice(0, 2)).toEqual(['timing', 'audit'])
  expect(rows[0]?.middleware).toHaveLength(3)
  expect(rows.map(({ handler }) => handler)).toContain('ChatController.other')
  await app.close()
})
