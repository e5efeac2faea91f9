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
import { startApp, type StartedApp } from './start-app.js'
import type { WireClient } from './wire-client.js'

/** A session, and what it may. */
export interface User {
  readonly userId: string
  readonly rooms?: readonly string[]
  readonly reads?: readonly string[]
  readonly isAdmin?: boolean
  readonly expiresAt?: number
}

export const V1 = 'enfilade.v1'
/** What the handlers of `Rooms` and `Who` were called for, in order. */
export const events: string[] = []

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
export class Who {
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

/** By their tokens, in the query or by message; new for each app. */
export let users: Record<string, User | Error> = {}

/** Lets in whom `users` has. */
export function authorize({ query, token }: UpgradeRequest): User {
  const user = users[token ?? query.get('token') ?? '']
  if (user instanceof Error) throw user
  if (!user) throw new WsError(401, 'Who are you?')
  return user
}

/** Starts an app with rooms, to which `ann` may, `bob` who is an admin, and `ann` with less. */
export function start(options: Partial<WsAppOptions> = {}): Promise<StartedApp> {
  events.length = 0
  users = {
    ann: { userId: 'ann', rooms: ['a'] },
    bob: { userId: 'bob', rooms: ['a'], isAdmin: true },
    poor: { userId: 'ann' },
    reader: { userId: 'ann', reads: ['a'] },
  }
  return startApp({ controllers: [Rooms, Who], authorize, ...options })
}

/** Connects with a token. */
export const as = (app: StartedApp, token: string): Promise<WireClient> =>
  app.connect({ protocols: V1, path: `/?token=${token}` })
