import { describe, expect, it } from '@jest/globals'
import {
  Controller,
  OnConnect,
  OnMessage,
  Session,
  WsError,
  type UpgradeRequest,
  type WsAppOptions,
} from 'enfilade'
import { defer, type Deferred } from '../support/deadline.js'
import { startApp, type StartedApp } from '../support/start-app.js'
import type { WireClient } from '../support/wire-client.js'

interface User {
  readonly userId: string
  readonly role: string
}

let connected: string[] = []
let roles: Record<string, string> = {}
/** Settled when `authorize` is asked, with what lets it answer. */
let asked: Deferred<Deferred<void>>

@Controller()
class Who {
  @OnConnect()
  connected(@Session() { userId }: User): void {
    connected.push(userId)
  }

  @OnMessage('role', '/')
  role(@Session() { role }: User): string {
    return role
  }
}

/** Looks a role up, and answers when the spec lets it. */
async function authorize({ query, token }: UpgradeRequest): Promise<User> {
  const userId = token ?? query.get('user')
  if (userId === null) throw new WsError(401, 'Who are you?')
  const role = roles[userId]
  const answer = defer<void>()
  asked.resolve(answer)
  await answer.promise
  if (role === undefined) throw new WsError(403, 'Banned')
  return { userId, role }
}

function start(options: Partial<WsAppOptions> = {}): Promise<StartedApp> {
  connected = []
  roles = { ann: 'admin', bob: 'guest' }
  asked = defer()
  return startApp({ controllers: [Who], authorize, ...options })
}

const comes = (app: StartedApp, user: string): Promise<WireClient> =>
  app.connect({ protocols: 'enfilade.v1', path: `/?user=${user}` })

describe('what is revoked while authorize thinks', () => {
  it.each([
    ['a user', 'ann' as const],
    [
      'whom a predicate means',
      ({ session }: { session: unknown }) => (session as User).role === 'admin',
    ],
  ])('keeps %s out, by code and reason, before any handler', async (_, who) => {
    const app = await start()
    const client = comes(app, 'ann')
    const answer = await asked.promise
    expect(await app.app.server.revoke(who, { code: 4403, reason: 'Banned' })).toBe(0)
    answer.resolve()
    expect(await (await client).closed).toEqual({ code: 4403, reason: 'Banned' })
    expect(connected).toEqual([])
    expect((await client).pushes).toEqual([])
    expect(app.app.counters).toMatchObject({ connections: 0, opened: 0 })
  })

  it('lets others in', async () => {
    const app = await start()
    const client = comes(app, 'bob')
    const answer = await asked.promise
    await app.app.server.revoke('ann')
    answer.resolve()
    asked = defer()
    expect(await (await client).call('role', '/')).toBe('guest')
  })

  it('has authorize asked once more, where that is to decide', async () => {
    const app = await start()
    const client = comes(app, 'ann')
    const first = await asked.promise
    roles.ann = 'guest'
    asked = defer()
    await app.app.server.revoke('ann', { reauthorize: true })
    first.resolve()
    const second = await asked.promise
    const known = await client
    expect(await known.call('role', '/')).toBe('admin')
    second.resolve()
    await known.call('$ping', '/')
    expect(await known.call('role', '/')).toBe('guest')
  })

  it('keeps out who waits with a token', async () => {
    const app = await start({ awaitToken: true })
    const client = await app.connect({ protocols: 'enfilade.v1' })
    client.send('$token', '/', { token: 'ann' })
    const answer = await asked.promise
    await app.app.server.revoke('ann')
    answer.resolve()
    expect(await client.closed).toEqual({ code: 4401, reason: 'Revoked' })
    expect(connected).toEqual([])
    expect(app.app.counters).toMatchObject({ connections: 0, opened: 0 })
  })

  it('keeps out whom a predicate fails on, and says why in the log', async () => {
    const app = await start()
    const client = comes(app, 'ann')
    const answer = await asked.promise
    await app.app.server.revoke(() => {
      throw new Error('No table')
    })
    answer.resolve()
    expect(await (await client).closed).toEqual({ code: 1011, reason: 'Internal Error' })
    expect(app.logger.entries).toContainEqual(
      expect.objectContaining({ message: 'a predicate of revoke failed' }),
    )
    expect(connected).toEqual([])
  })

  it('is forgotten with the request', async () => {
    const app = await start()
    const client = comes(app, 'ann')
    const answer = await asked.promise
    await app.app.server.revoke('ann')
    answer.resolve()
    await (
      await client
    ).closed
    asked = defer()
    const again = comes(app, 'ann')
    ;(await asked.promise).resolve()
    expect(await (await again).call('role', '/')).toBe('admin')
  })
})
