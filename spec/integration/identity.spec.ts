import { describe, expect, it, jest } from '@jest/globals'
import {
  Access,
  Broadcast,
  Connection,
  Controller,
  Data,
  Join,
  OnConnect,
  OnJoin,
  OnLeave,
  OnMessage,
  Session,
  WsConnection,
  WsError,
  type UpgradeRequest,
  type WsAppOptions,
} from 'enfilade'
import { defer } from '../support/deadline.js'
import { startApp, type StartedApp } from '../support/start-app.js'
import type { WireClient } from '../support/wire-client.js'

interface User {
  readonly userId: string
  readonly rooms?: readonly string[]
  readonly reads?: readonly string[]
  readonly isAdmin?: boolean
  readonly expiresAt?: number
}

const V1 = 'enfilade.v1'
let events: string[] = []

@Controller('/room/:room')
class Rooms {
  @OnJoin()
  mayJoin(
    @Session() { rooms = [], reads = [] }: User,
    @Connection() { id }: WsConnection,
  ): unknown {
    events.push(`join ${id.length}`)
    if (reads.length > 0) return 'read'
    if (rooms.length === 0) throw new WsError(403, 'Not for you')
    return undefined
  }

  @OnLeave()
  left(): void {
    events.push('leave')
  }

  @OnMessage('join')
  @Join()
  join(): string {
    return 'in'
  }

  @OnMessage('say')
  @Broadcast('said')
  say(@Data(Object) data: object): object {
    events.push('say')
    return data
  }
}

@Controller()
class Who {
  @OnConnect()
  connected(@Session() session: User): void {
    events.push(`connect ${session.userId}`)
  }

  @OnMessage('who', '/')
  who(@Session() session: User, @Connection() { userId }: WsConnection): unknown {
    return { session, userId }
  }

  @OnMessage('admin', '/')
  @Access((user: User) => user.isAdmin === true)
  admin(): string {
    return 'done'
  }

  @OnMessage('later', '/')
  @Access(async (user: User) => Promise.resolve(user.isAdmin === true), 401)
  later(): string {
    return 'done'
  }
}

/** Users by token, in the query or by message. */
let users: Record<string, User | Error> = {}

function authorize({ query, token }: UpgradeRequest): User {
  const user = users[token ?? query.get('token') ?? '']
  if (user instanceof Error) throw user
  if (!user) throw new WsError(401, 'Who are you?')
  return user
}

function start(options: Partial<WsAppOptions> = {}): Promise<StartedApp> {
  events = []
  users = {
    ann: { userId: 'ann', rooms: ['a'] },
    bob: { userId: 'bob', rooms: ['a'], isAdmin: true },
    poor: { userId: 'ann' },
    reader: { userId: 'ann', reads: ['a'] },
  }
  return startApp({ controllers: [Rooms, Who], authorize, ...options })
}

const as = (app: StartedApp, token: string): Promise<WireClient> =>
  app.connect({ protocols: V1, path: `/?token=${token}` })

describe('$token', () => {
  it('replaces the session', async () => {
    const app = await start()
    const client = await as(app, 'ann')
    expect(await client.call('$token', '/', { token: 'bob' })).toBeNull()
    expect(await client.call('who', '/')).toEqual({ session: users.bob, userId: 'bob' })
    expect(app.app.server.userConnections('ann')).toEqual([])
    expect(app.app.server.user('bob').isConnected).toBe(true)
  })

  it('leaves everything as it was when authorize refuses', async () => {
    const app = await start()
    const client = await as(app, 'ann')
    await client.call('join', '/room/a')
    await expect(client.call('$token', '/', { token: 'eve' })).rejects.toMatchObject({
      code: 401,
      message: 'Who are you?',
    })
    expect(await client.call('who', '/')).toMatchObject({ userId: 'ann' })
    expect(app.app.rooms.has('/room/a')).toBe(true)
  })

  it('leaves the rooms that the new session may not be in, and says so', async () => {
    const app = await start()
    const [ann, bob] = [await as(app, 'ann'), await as(app, 'bob')]
    for (const client of [ann, bob]) await client.call('join', '/room/a')
    events = []
    await ann.call('$token', '/', { token: 'poor' })
    expect(await ann.nextPush('$left')).toMatchObject({
      path: '/room/a',
      data: { reason: 'refused' },
    })
    expect(events).toEqual(['join 36', 'leave'])
    await bob.call('say', '/room/a', { text: 'secret' })
    expect(await ann.pushesUntil({ event: '$ping', path: '/' }, 'said')).toEqual([])
  })

  it('makes a member a reader, and a writer again', async () => {
    const app = await start()
    const ann = await as(app, 'ann')
    await ann.call('join', '/room/a')
    await ann.call('$token', '/', { token: 'reader' })
    await expect(ann.call('say', '/room/a', {})).rejects.toMatchObject({ code: 403 })
    await ann.call('$token', '/', { token: 'ann' })
    expect(await ann.call('say', '/room/a', { text: 'a' })).toEqual({ text: 'a' })
  })

  it('takes several tokens in the order in which they came', async () => {
    const gates = [defer<void>(), defer<void>()]
    let asked = 0
    const app = await start({
      authorize: async (request) => {
        if (request.token !== undefined) await gates[asked++]?.promise
        return authorize(request)
      },
    })
    const client = await as(app, 'ann')
    const calls = ['bob', 'ann'].map((token) => client.call('$token', '/', { token }))
    gates[1]?.resolve()
    gates[0]?.resolve()
    await Promise.all(calls)
    expect(await client.call('who', '/')).toMatchObject({ userId: 'ann' })
  })

  it.each([[undefined], [{}], [{ token: '' }], [{ token: 1 }], ['ann']])(
    'answers 400 for %j',
    async (data) => {
      const app = await start()
      const client = await as(app, 'ann')
      await expect(client.call('$token', '/', data)).rejects.toMatchObject({ code: 400 })
    },
  )

  it('answers 408 when authorize takes too long, and 500 when it fails', async () => {
    const app = await start({
      authorizeTimeout: 1,
      authorize: (request) => {
        if (request.token === 'slow') return new Promise(() => undefined)
        if (request.token === 'broken') throw new Error('the database is down: ann/secret')
        return authorize(request)
      },
    })
    const client = await as(app, 'ann')
    await expect(client.call('$token', '/', { token: 'slow' })).rejects.toMatchObject({ code: 408 })
    await expect(client.call('$token', '/', { token: 'broken' })).rejects.toMatchObject({
      code: 500,
      message: 'Internal Error',
    })
  })

  it('is taken for granted by an app without authorize', async () => {
    const app = await startApp({ controllers: [Who] })
    const client = await app.connectV1()
    expect(await client.call('$token', '/', { token: 'any' })).toBeNull()
  })

  it('is in no log', async () => {
    const app = await start()
    const client = await as(app, 'ann')
    await client.call('$token', '/', { token: 'very-secret' }).catch(() => undefined)
    client.send('$token', '/', { token: 'very-secret' })
    await client.nextPush('$error')
    expect(JSON.stringify(app.logger)).not.toContain('very-secret')
  })
})

describe('awaitToken', () => {
  it('lets a client in by the token of its first message, and runs what came after it', async () => {
    const app = await start({ awaitToken: true })
    const client = await app.connect({ protocols: V1 })
    const who = client.call('who', '/')
    expect(app.app.server.size).toBe(0)
    expect(await client.call('$token', '/', { token: 'ann' })).toBeNull()
    expect(await who).toMatchObject({ userId: 'ann' })
    expect(client.pushes[0]).toMatchObject({ event: '$welcome' })
    expect(events).toEqual(['connect ann'])
    expect(app.app.counters.connections).toBe(1)
  })

  it('keeps what everyone is told from who has no session yet', async () => {
    const app = await start({ awaitToken: true })
    const ann = await as(app, 'ann')
    const held = await app.connect({ protocols: V1 })
    for (const text of ['first', 'second']) app.app.server.broadcast('news', '/', text)
    await ann.nextPush(({ data }) => data === 'second')
    await held.call('$token', '/', { token: 'bob' })
    app.app.server.broadcast('news', '/', 'third')
    expect(await held.nextPush('news')).toMatchObject({ data: 'third' })
  })

  it('closes with 4401 when the token is refused, after saying so', async () => {
    const app = await start({ awaitToken: true })
    const client = await app.connect({ protocols: V1 })
    await expect(client.call('$token', '/', { token: 'eve' })).rejects.toMatchObject({ code: 401 })
    expect(await client.closed).toEqual({ code: 4401, reason: 'Who are you?' })
    expect(events).toEqual([])
    expect(app.app.counters).toMatchObject({ connections: 0, opened: 0 })
  })

  it('closes with 4408 when no token comes in time', async () => {
    const app = await start({ awaitToken: true, authorizeTimeout: 1 })
    const client = await app.connect({ protocols: V1 })
    expect(await client.closed).toEqual({ code: 4408, reason: 'No token came in time' })
  })

  it('closes with 4400 when too much comes before the token', async () => {
    const app = await start({ awaitToken: true })
    const client = await app.connect({ protocols: V1 })
    for (let index = 0; index < 65; index++) client.send('who', '/')
    expect(await client.closed).toMatchObject({ code: 4400 })
  })

  it('refuses at once who does not speak enfilade.v1, and who is refused by 403', async () => {
    const app = await start({ awaitToken: true })
    expect(await (await app.connect()).closed).toMatchObject({ code: 4401 })
    users.eve = new WsError(403, 'Banned')
    expect(await (await as(app, 'eve')).closed).toMatchObject({ code: 4403 })
  })

  it('closes those who still wait when the app closes', async () => {
    const app = await start({ awaitToken: true })
    const client = await app.connect({ protocols: V1 })
    await app.app.close()
    expect(await client.closed).toMatchObject({ code: 1001 })
  })
})

describe('a session that ends', () => {
  it('is told of, refreshed within 25 s, and else closed with 4401', async () => {
    const app = await start()
    const soon = Date.now() + 60_000
    users.short = { userId: 'ann', expiresAt: soon }
    const [keeps, loses] = [await as(app, 'short'), await as(app, 'short')]
    const now = jest.spyOn(Date, 'now').mockReturnValue(soon + 1)
    try {
      for (const client of [keeps, loses]) {
        expect(await client.nextPush('$error')).toMatchObject({
          data: { code: 401, event: '$token', path: '/' },
        })
      }
      await keeps.call('$token', '/', { token: 'bob' })
      now.mockReturnValue(soon + 25_000)
      expect(await loses.closed).toEqual({ code: 4401, reason: 'The session has expired' })
      expect(keeps.isOpen).toBe(true)
    } finally {
      now.mockRestore()
    }
  })

  it.each([
    ['has ended already', Date.now() - 1, 4401],
    ['is in seconds', Math.floor(Date.now() / 1000), 1011],
    ['is no instant', Number.NaN, 1011],
  ])('is refused at once when it %s', async (_, expiresAt, code) => {
    const app = await start()
    users.odd = { userId: 'ann', expiresAt }
    expect(await (await as(app, 'odd')).closed).toMatchObject({ code })
  })
})

describe('users', () => {
  it('are all connections of one, and get what is sent to them', async () => {
    const app = await start()
    const [one, two, other] = [await as(app, 'ann'), await as(app, 'ann'), await as(app, 'bob')]
    expect(app.app.server.user('ann').send('note', '/', 1)).toBe(2)
    await one.nextPush('note')
    await two.nextPush('note')
    expect(await other.pushesUntil({ event: '$ping', path: '/' }, 'note')).toEqual([])
    await one.close()
    await two.close()
    expect(app.app.server.user('ann').send('note', '/', 1)).toBe(0)
    expect(app.app.server.user('ann').connections()).toEqual([])
  })

  it('are whose the option says', async () => {
    const app = await start({ userId: (user: User) => `${user.userId}@home` })
    await as(app, 'ann')
    expect(app.app.server.user('ann@home').isConnected).toBe(true)
    expect(app.app.server.user('ann').isConnected).toBe(false)
  })
})

describe('revoke', () => {
  it('closes all connections of a user, at once', async () => {
    const app = await start()
    const [ann, bob] = [await as(app, 'ann'), await as(app, 'bob')]
    expect(await app.app.server.revoke('ann')).toBe(1)
    expect(await ann.closed).toEqual({ code: 4401, reason: 'Revoked' })
    expect(bob.isOpen).toBe(true)
  })

  it('closes whom a predicate means, with code and reason', async () => {
    const app = await start()
    const bob = await as(app, 'bob')
    const isAdmin = ({ session }: WsConnection): boolean => (session as User).isAdmin === true
    const closed = app.app.server.revoke(isAdmin, { code: 4403, reason: 'Banned' })
    expect(await closed).toBe(1)
    expect(await bob.closed).toEqual({ code: 4403, reason: 'Banned' })
  })

  it('may ask authorize again: closes whom it refuses, and asks the rooms for the others', async () => {
    const app = await start()
    const [ann, bob] = [await as(app, 'ann'), await as(app, 'bob')]
    for (const client of [ann, bob]) await client.call('join', '/room/a')
    users.ann = new WsError(403, 'Banned')
    users.bob = { userId: 'bob' }
    expect(await app.app.server.revoke(() => true, { reauthorize: true })).toBe(1)
    expect(await ann.closed).toEqual({ code: 4403, reason: 'Banned' })
    expect(await bob.nextPush('$left')).toMatchObject({ path: '/room/a' })
  })

  it('rejects a code that may not be sent', async () => {
    const app = await start()
    await expect(app.app.server.revoke('ann', { code: 1006 })).rejects.toThrow(RangeError)
  })
})

describe('who may only read', () => {
  it('receives, and is refused with 403 before the handler runs', async () => {
    const app = await start()
    const [reader, bob] = [await as(app, 'reader'), await as(app, 'bob')]
    for (const client of [reader, bob]) await client.call('join', '/room/a')
    events = []
    await expect(reader.call('say', '/room/a', {})).rejects.toMatchObject({
      code: 403,
      message: 'Read-only in this room',
    })
    expect(events).toEqual([])
    await bob.call('say', '/room/a', { text: 'hi' })
    expect(await reader.nextPush('said')).toMatchObject({ data: { text: 'hi' } })
  })

  it('is changed by the server while connected, until the member leaves', async () => {
    const app = await start()
    const { rooms, server } = app.app
    const bob = await as(app, 'bob')
    await bob.call('join', '/room/a')
    const [connection] = server.userConnections('bob') as [WsConnection]
    expect(rooms.access(connection, '/room/a')).toBe('write')
    expect(rooms.setAccess(connection, '/room/a', 'read')).toBe(true)
    expect(rooms.access(connection, '/room/a')).toBe('read')
    await expect(bob.call('say', '/room/a', {})).rejects.toMatchObject({ code: 403 })
    rooms.leave(connection, '/room/a')
    expect(rooms.access(connection, '/room/a')).toBeUndefined()
    expect(rooms.setAccess(connection, '/room/a', 'read')).toBe(false)
    await bob.call('join', '/room/a')
    expect(await bob.call('say', '/room/a', { text: 'a' })).toEqual({ text: 'a' })
  })
})

describe('@Access', () => {
  it('lets through whom the predicate means, and refuses the others', async () => {
    const app = await start()
    const [ann, bob] = [await as(app, 'ann'), await as(app, 'bob')]
    await expect(ann.call('admin', '/')).rejects.toMatchObject({ code: 403 })
    await expect(ann.call('later', '/')).rejects.toMatchObject({ code: 401 })
    expect(await bob.call('admin', '/')).toBe('done')
    expect(await bob.call('later', '/')).toBe('done')
  })
})
