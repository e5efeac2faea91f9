import { beforeEach, describe, expect, it } from '@jest/globals'
import {
  Broadcast,
  Connection,
  Controller,
  Data,
  Join,
  Leave,
  OnMessage,
  Param,
  Rooms,
  Server,
  WsConnection,
  WsError,
  WsRooms,
  WsServer,
} from 'enfilade'
import { nextTurn } from '../support/next-turn.js'
import { failureOf } from '../support/outcome.js'
import { startApp, type StartedApp } from '../support/start-app.js'
import type { WireClient } from '../support/wire-client.js'

let handled: string[]

beforeEach(() => {
  handled = []
})

@Controller('/chat/:room')
class Chat {
  @OnMessage('join')
  @Join()
  join(@Param('room') room: string, @Connection() { rooms }: WsConnection): string[] {
    handled.push(room)
    return [...rooms]
  }

  @OnMessage('enter')
  @Join()
  @Broadcast('entered')
  enter(@Data(Object) name: unknown): object {
    return { name }
  }

  @OnMessage('enter-aloud')
  @Join()
  @Broadcast('entered', { excludeSelf: false })
  enterAloud(@Data(Object) name: unknown): object {
    return { name }
  }

  @OnMessage('exit')
  @Leave()
  @Broadcast('exited')
  exit(@Connection() { rooms }: WsConnection): string[] {
    return [...rooms]
  }

  @OnMessage('say')
  @Broadcast()
  say(@Data(Object) data: unknown): unknown {
    if (data === 'throw') throw new WsError(409)
    return data
  }

  @OnMessage('say-aloud')
  @Broadcast('say', { excludeSelf: false })
  async sayAloud(@Data(Object) data: unknown): Promise<unknown> {
    await Promise.resolve()
    return data
  }

  @OnMessage('report')
  @Broadcast('reported', { room: '/reports/:room' })
  @Broadcast('noticed', { room: '/lobby', excludeSelf: false })
  report(@Data(Object) data: unknown): unknown {
    return data
  }

  @OnMessage('move')
  @Leave()
  @Join('/reports/:room')
  @Join('/lobby')
  move(): void {}

  @OnMessage('fail')
  @Join()
  @Leave('/lobby')
  @Broadcast()
  async fail(): Promise<never> {
    await Promise.resolve()
    throw new WsError(409)
  }

  @OnMessage('by-hand')
  async byHand(@Rooms() rooms: WsRooms): Promise<object> {
    const joined = [await rooms.join(), await rooms.join(), await rooms.join('/lobby')]
    rooms.broadcast('here', 1)
    rooms.broadcast('there', 2, { room: '/lobby', excludeSelf: false })
    return { joined, left: [rooms.leave(), rooms.leave()], rooms: rooms.rooms() }
  }

  @OnMessage('say-and-leave')
  sayAndLeave(@Rooms() rooms: WsRooms): void {
    rooms.broadcast('last words', 1, { excludeSelf: false })
    rooms.leave()
    rooms.broadcast('unheard', 2, { excludeSelf: false })
  }

  @OnMessage('rooms')
  rooms(@Connection() { rooms }: WsConnection): string[] {
    return [...rooms]
  }

  @OnMessage('news')
  news(@Server() server: WsServer, @Data(Object) data: unknown): void {
    server.broadcast('news', '/news', data)
  }

  @OnMessage('whisper')
  whisper(@Server() server: WsServer, @Data(String) id: string): boolean {
    return server.getConnection(id)?.send('whisper', '/direct', 'psst') ?? false
  }

  @OnMessage('everyone')
  everyone(@Server() server: WsServer): object {
    const names = (room: string): number => server.roomConnections(room).length
    return { all: server.size, lobby: names('/lobby'), nowhere: names('/nowhere') }
  }
}

const general = '/chat/general'

async function startChat(count = 2): Promise<StartedApp & { clients: WireClient[] }> {
  const started = await startApp({ controllers: [Chat], rateLimit: false })
  const clients = []
  for (let index = 0; index < count; index++) clients.push(await started.connect())
  return { ...started, clients }
}

/** What a client has been pushed so far. */
function pushesOf(client: WireClient | undefined): Promise<unknown[]> {
  if (!client) throw new Error('there is no such client')
  return client.pushesUntil({ event: 'rooms', path: general })
}

describe('@Join', () => {
  it('enters after the handler, before its result is replied', async () => {
    const {
      clients: [ann],
      app,
    } = await startChat(1)
    expect(await ann?.call('join', general)).toEqual([])
    expect(await ann?.call('join', general)).toEqual([general])
    expect(app.rooms.connections(general).size).toBe(1)
  })

  it('enters before the result is broadcast, to the others by default', async () => {
    const {
      clients: [ann, ben],
    } = await startChat()
    await ann?.call('enter', general, 'Ann')
    await ben?.call('enter', general, 'Ben')
    const push = { event: 'entered', path: general, params: { room: 'general' } }
    expect(await pushesOf(ann)).toEqual([{ ...push, data: { name: 'Ben' } }])
    expect(await pushesOf(ben)).toEqual([])
    await ben?.call('enter-aloud', '/chat/two', 'Ben')
    expect(await pushesOf(ben)).toMatchObject([{ path: '/chat/two', data: { name: 'Ben' } }])
  })

  it('takes the path as it stands as the name of the room, so that it cannot be mistaken', async () => {
    const {
      clients: [ann],
      app,
    } = await startChat(1)
    await ann?.call('join', '/chat/a%2Fb')
    await ann?.call('move', '/chat/c%2Fd')
    expect(app.rooms.has('/chat/a%2Fb')).toBe(true)
    expect(app.rooms.has('/reports/c%2Fd')).toBe(true)
    expect(handled).toEqual(['a/b'])
  })

  it('and @Leave, several on a method, all take place', async () => {
    const {
      clients: [ann],
    } = await startChat(1)
    await ann?.call('join', general)
    await ann?.call('move', general)
    expect(await ann?.call('rooms', general)).toEqual(['/lobby', '/reports/general'])
  })

  it('changes nothing when the handler fails', async () => {
    const {
      clients: [ann, ben],
      app,
    } = await startChat()
    for (const client of [ann, ben]) await client?.call('move', general)
    await ben?.call('join', general)
    expect(await failureOf(ann?.call('fail', general) ?? Promise.resolve())).toMatchObject({
      code: 409,
    })
    expect(await ann?.call('rooms', general)).toEqual(['/lobby', '/reports/general'])
    expect(app.rooms.connections(general).size).toBe(1)
    expect(await pushesOf(ben)).toEqual([])
  })
})

describe('@Leave', () => {
  it('leaves after the handler, and the others hear of it', async () => {
    const {
      clients: [ann, ben],
      app,
    } = await startChat()
    await Promise.all([ann?.call('join', general), ben?.call('join', general)])
    expect(await ann?.call('exit', general)).toEqual([general])
    expect(await ann?.call('exit', general)).toEqual([])
    expect(await pushesOf(ben)).toMatchObject([
      { event: 'exited', data: [general] },
      { event: 'exited', data: [] },
    ])
    await ben?.call('exit', general)
    expect(app.rooms.size).toBe(0)
  })

  it('does not take back what was broadcast before it', async () => {
    const {
      clients: [ann],
    } = await startChat(1)
    await ann?.call('join', general)
    await ann?.call('say-and-leave', general)
    expect(await pushesOf(ann)).toMatchObject([{ event: 'last words' }])
  })
})

describe('@Broadcast', () => {
  it('reaches the members but the sender, in the order things were said', async () => {
    const { clients } = await startChat(3)
    const [ann, ben, cem] = clients
    await Promise.all(clients.map((client) => client.call('join', general)))
    for (const data of [1, 2, 3]) ann?.send('say', general, data)
    await ann?.call('say', '/chat/other', 'unheard')
    const event = 'say'
    const params = { room: 'general' }
    const expected = [1, 2, 3].map((data) => ({ event, path: general, params, data }))
    expect(await pushesOf(ann)).toEqual([])
    expect(await pushesOf(ben)).toEqual(expected)
    expect(await pushesOf(cem)).toEqual(expected)
  })

  it('leaves out a sender who is no member, and reaches who is', async () => {
    const {
      clients: [ann, ben],
    } = await startChat()
    await ann?.call('join', general)
    await ben?.call('say', general, 'from outside')
    await ben?.call('say-aloud', general, 'aloud')
    expect(await pushesOf(ann)).toMatchObject([{ data: 'from outside' }, { data: 'aloud' }])
    expect(await pushesOf(ben)).toEqual([])
  })

  it('reaches the sender too with excludeSelf: false, before the reply', async () => {
    const {
      clients: [ann],
    } = await startChat(1)
    await ann?.call('join', general)
    const call = { event: 'say-aloud', path: general, data: 'me' }
    expect(await ann?.pushesUntil(call)).toMatchObject([{ event: 'say', data: 'me' }])
  })

  it('goes to another room with the parameters of the message', async () => {
    const {
      clients: [ann, ben],
    } = await startChat()
    await ann?.call('move', general)
    await ben?.call('move', '/chat/two')
    expect(await ben?.call('report', general, 'fire')).toBe('fire')
    const params = { room: 'general' }
    const noticed = { event: 'noticed', path: '/lobby', params, data: 'fire' }
    const reported = { event: 'reported', path: '/reports/general', params, data: 'fire' }
    expect(new Set(await pushesOf(ann))).toEqual(new Set([reported, noticed]))
    expect(await pushesOf(ben)).toEqual([noticed])
  })

  it('of null is a push of null, of undefined none, and of a failure none', async () => {
    const {
      clients: [ann, ben],
    } = await startChat()
    await ann?.call('join', general)
    await ben?.call('say', general, null)
    expect(await ben?.call('say', general)).toBe(null)
    await ben?.call('say', general, 'throw').catch(() => undefined)
    const push = { event: 'say', path: general, params: { room: 'general' }, data: null }
    expect(await pushesOf(ann)).toEqual([push])
  })
})

it('@Rooms joins, leaves and broadcasts by hand', async () => {
  const {
    clients: [ann, ben],
  } = await startChat()
  await ben?.call('join', general)
  expect(await ann?.call('by-hand', general)).toEqual({
    joined: [true, true, true],
    left: [true, false],
    rooms: ['/lobby'],
  })
  const params = { room: 'general' }
  expect(await pushesOf(ann)).toEqual([{ event: 'there', path: '/lobby', params, data: 2 }])
  expect(await pushesOf(ben)).toEqual([{ event: 'here', path: general, params, data: 1 }])
})

describe('the server', () => {
  it('broadcasts to every connection, in rooms or not, early or late', async () => {
    const {
      clients: [ann, ben],
      connect,
    } = await startChat()
    await ann?.call('join', general)
    await ben?.call('news', general, 1)
    const late = await connect()
    await ben?.call('news', general, 2)
    const news = (data: number): object => ({ event: 'news', path: '/news', data })
    expect(await pushesOf(ann)).toEqual([news(1), news(2)])
    expect(await pushesOf(ben)).toEqual([news(1), news(2)])
    expect(await pushesOf(late)).toEqual([news(2)])
  })

  it('sends to one connection, and says so when there is no such one', async () => {
    const {
      clients: [ann, ben],
      app,
    } = await startChat()
    const [first] = app.server.connections()
    expect(await ben?.call('whisper', general, first?.id)).toBe(true)
    expect(await ben?.call('whisper', general, 'nobody')).toBe(false)
    const heard = [...(await pushesOf(ann)), ...(await pushesOf(ben))]
    expect(heard).toEqual([{ event: 'whisper', path: '/direct', data: 'psst' }])
  })

  it('knows connections and members, also after some have gone', async () => {
    const {
      clients: [ann, ben, cem],
    } = await startChat(3)
    await ann?.call('move', general)
    await ben?.call('move', general)
    expect(await cem?.call('everyone', general)).toEqual({ all: 3, lobby: 2, nowhere: 0 })
    await ann?.close()
    expect(await cem?.call('everyone', general)).toEqual({ all: 2, lobby: 1, nowhere: 0 })
  })
})

describe('the limits of rooms', () => {
  it('hold for the number a connection may be in', async () => {
    const options = { controllers: [Chat], maxRoomsPerConnection: 2 }
    const { app, connect } = await startApp(options)
    const client = await connect()
    await client.call('join', '/chat/1')
    await client.call('join', '/chat/2')
    await client.call('join', '/chat/2')
    const failure = { code: 400, message: 'A connection may be in 2 rooms at most' }
    expect(await failureOf(client.call('join', '/chat/3'))).toEqual(failure)
    expect(handled).toEqual(['1', '2', '2'])
    await client.call('exit', '/chat/1')
    await client.call('join', '/chat/3')
    expect(app.rooms.size).toBe(2)
  })

  it('hold when several handlers that join wait at once', async () => {
    @Controller('/slow/:room')
    class Slow {
      @OnMessage('join')
      @Join()
      async join(): Promise<void> {
        await nextTurn()
      }
    }
    const { app, connect } = await startApp({ controllers: [Slow], maxRoomsPerConnection: 2 })
    const client = await connect()
    const joins = [1, 2, 3, 4].map((room) => client.call('join', `/slow/${room}`))
    const results = await Promise.allSettled(joins)
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(2)
    expect(app.rooms.size).toBe(2)
  })

  it.each([
    ['longer than 255 bytes', `/chat/${'ä'.repeat(125)}`, 'A room name has at most 255 bytes'],
  ])('refuse a name %s with 400', async (_name, path, message) => {
    const {
      clients: [ann],
    } = await startChat(1)
    const call = ann?.call('join', path) ?? Promise.resolve()
    expect(await failureOf(call)).toEqual({ code: 400, message })
    expect(handled).toEqual([])
    await ann?.call('join', path.slice(0, -1))
  })
})
