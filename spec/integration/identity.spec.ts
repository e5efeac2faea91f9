import { describe, expect, it } from '@jest/globals'
import { WsError, type WsConnection } from 'enfilade'
import { as, events, start, users, type User } from '../support/identity-app.js'

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
    events.length = 0
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
