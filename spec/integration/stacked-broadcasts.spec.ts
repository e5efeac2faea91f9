import { expect, it } from '@jest/globals'
import { Broadcast, Controller, Join, OnMessage, Rooms, type WsRooms } from 'enfilade'
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

@Controller('/kept/:room', { history: true })
class KeptController {
  @OnMessage('join')
  @Join()
  join(): void {}

  /** Far more than are joined into one write, and another room in the same turn. */
  @OnMessage('storm')
  storm(@Rooms() rooms: WsRooms): void {
    const to = (room: string) => ({ room, excludeSelf: false })
    for (let number = 1; number <= 50; number++) rooms.broadcast('said', number, to('/kept/a'))
    void rooms.join('/kept/b')
    rooms.broadcast('said', 1, to('/kept/b'))
  }
}

it('a room that is entered in a turn full of pushes is told of before what is pushed to it', async () => {
  const { connectV1 } = await startApp({ controllers: [KeptController] })
  const client = await connectV1()
  await client.call('join', '/kept/a')
  client.send('storm', '/kept/a')
  await client.nextPush(({ path, data }) => path === '/kept/a' && data === 50)
  const pushes = client.pushes.filter(({ path }) => path === '/kept/b')
  expect(pushes.map(({ event }) => event)).toEqual(['$joined', 'said'])
})
