import { expect, it } from '@jest/globals'
import { Broadcast, Controller, OnMessage } from 'enfilade'
import { startApp } from '../support/start-app.js'

@Controller('/orders')
class OrdersController {
  @OnMessage('close')
  @Broadcast('first', { excludeSelf: false })
  @Broadcast('second', { excludeSelf: false })
  close(): string {
    return 'closed'
  }

  @OnMessage('watch')
  watch(): void {}
}

it('several @Broadcast push in the order they are written', async () => {
  const { app, connect } = await startApp({ controllers: [OrdersController] })
  const client = await connect()
  await client.call('watch', '/orders')
  const [connection] = app.server.connections()
  await app.rooms.join(connection!, '/orders')
  const pushes = await client.pushesUntil({ event: 'close', path: '/orders' })
  expect(pushes.map(({ event }) => event)).toEqual(['first', 'second'])
})
