import { expect, it } from '@jest/globals'
import { Connection, Controller, Join, Leave, OnMessage, Rooms, WsRooms } from 'enfilade'
import type { WsConnection } from 'enfilade'
import { startApp } from '../support/start-app.js'

@Controller('/room/:room')
class Room {
  @OnMessage('join')
  @Join()
  join(@Connection() { id }: WsConnection): string {
    return id
  }

  @OnMessage('leave')
  @Leave()
  leave(): string {
    return 'left'
  }

  @OnMessage('go')
  async go(@Rooms() rooms: WsRooms): Promise<void> {
    await rooms.join('/room/other')
    rooms.leave()
  }
}

const path = '/room/a'

it('$joined comes before the reply to the join, once for each entry', async () => {
  const { connectV1 } = await startApp({ controllers: [Room] })
  const client = await connectV1()
  const first = await client.pushesUntil({ event: 'join', path })
  expect(first.slice(1)).toEqual([{ event: '$joined', path, data: { epoch: '', seq: 0 } }])
  expect(await client.pushesUntil({ event: 'join', path })).toEqual([])
  const left = await client.pushesUntil({ event: 'leave', path })
  expect(left).toEqual([{ event: '$left', path, data: { reason: 'left' } }])
  expect(await client.pushesUntil({ event: 'leave', path })).toEqual([])
  expect(await client.pushesUntil({ event: 'join', path })).toHaveLength(1)
})

it('$joined and $left tell of rooms that a handler takes its connection to', async () => {
  const { connectV1 } = await startApp({ controllers: [Room] })
  const client = await connectV1()
  await client.call('join', path)
  const pushes = await client.pushesUntil({ event: 'go', path })
  expect(pushes.slice(2)).toEqual([
    { event: '$joined', path: '/room/other', data: { epoch: '', seq: 0 } },
    { event: '$left', path, data: { reason: 'left' } },
  ])
})

it('$left says so when the server ended the membership', async () => {
  const { app, connectV1 } = await startApp({ controllers: [Room] })
  const client = await connectV1()
  const id = await client.call('join', path)
  const connection = app.server.getConnection(id as string)!
  expect(app.rooms.leave(connection, path)).toBe(true)
  expect(await client.nextPush('$left')).toMatchObject({ path, data: { reason: 'kicked' } })
  await client.call('join', path)
  app.rooms.leaveAll(connection)
  expect(await client.nextPush('$left')).toMatchObject({ path, data: { reason: 'kicked' } })
})

it('a plain client is told of neither', async () => {
  const { app, connect } = await startApp({ controllers: [Room] })
  const client = await connect()
  const id = await client.call('join', path)
  app.rooms.leave(app.server.getConnection(id as string)!, path)
  expect(await client.pushesUntil({ event: 'leave', path })).toEqual([])
})
