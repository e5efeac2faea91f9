import { describe, expect, it, jest } from '@jest/globals'
import { WsError } from 'enfilade'
import { defer } from '../support/deadline.js'
import { as, authorize, events, start, users, V1, Who } from '../support/identity-app.js'
import { startApp } from '../support/start-app.js'

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
    events.length = 0
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
