import {
  Broadcast,
  Connection,
  Controller,
  Data,
  Join,
  OnConnect,
  OnDisconnect,
  OnJoin,
  OnLeave,
  OnMessage,
  WsError,
  type WsAppOptions,
  type WsConnection,
} from 'enfilade'
import { defer } from './deadline.js'
import type { StartedApp } from './start-app.js'
import type { WireClient } from './wire-client.js'

/** A room with history, which {@link enter} enters. */
export const path = '/chat/a'
/** Which hooks of `Chat` have run. */
export const events: string[] = []
/** Users whom `@OnJoin` refuses. */
export const banned = new Set<string>()
/** What hooks wait for: `gate` those of `Chat`, and `opening` the connect of `SlowStart`. */
export const holds: { gate?: Promise<void>; opening?: Promise<void> } = {}

@Controller('/chat/:room', { history: { size: 20 } })
export class Chat {
  @OnConnect()
  connected(): void {
    events.push('connect')
  }

  @OnDisconnect()
  disconnected(): void {
    events.push('disconnect')
  }

  @OnJoin()
  mayJoin(@Connection() { userId }: WsConnection): unknown {
    events.push('join')
    if (userId !== undefined && banned.has(userId)) throw new WsError(403, 'Banned')
    return holds.gate
  }

  @OnLeave()
  left(): void {
    events.push('leave')
  }

  @OnMessage('join')
  @Join()
  join(@Connection() { id }: WsConnection): string {
    return id
  }

  @OnMessage('who')
  who(@Connection() { id, rooms, userId }: WsConnection): unknown {
    return { id, rooms: [...rooms], userId }
  }

  @OnMessage('say')
  @Broadcast('said')
  say(@Data(Object) data: unknown): unknown {
    return data
  }

  @OnMessage('close')
  close(@Data(Number) code: number, @Connection() connection: WsConnection): void {
    connection.close(code)
  }

  @OnMessage('wait')
  async wait(): Promise<string> {
    await holds.gate
    return 'done'
  }
}

@Controller('/plain/:room')
class Plain {
  @OnMessage('join')
  @Join()
  join(): void {}
}

@Controller('/slow')
export class SlowStart {
  @OnConnect()
  connected(): unknown {
    return holds.opening
  }
}

/** Options of an app with `Chat`, and a room without history at `/plain/:room`. */
export const options: WsAppOptions = {
  controllers: [Chat, Plain],
  recovery: true,
  authorize: ({ query }) => ({ userId: query.get('user') ?? undefined }),
}

/** A member of the room, and how far it is. */
export interface Member {
  client: WireClient
  session: string
  id: string
  position: { epoch: string; seq: number }
}

/** Nothing has happened, nobody is banned, and nothing waits. */
export function beginAnew(): void {
  events.length = 0
  banned.clear()
  delete holds.gate
  delete holds.opening
}

/** Connects, as a user if one is named. */
export async function open({ connect }: StartedApp, user?: string): Promise<WireClient> {
  const at = user === undefined ? '/' : `/?user=${user}`
  return connect({ protocols: 'enfilade.v1', path: at })
}

/** Connects and enters the room. */
export async function enter(started: StartedApp, user?: string): Promise<Member> {
  const client = await open(started, user)
  const { data } = await client.nextPush('$welcome')
  const id = (await client.call('join', path)) as string
  const joined = await client.nextPush('$joined')
  const { session } = data as { session: string }
  return { client, session, id, position: joined.data as Member['position'] }
}

/** Drops a client, and waits until the server knows. */
export async function drop({ app }: StartedApp, { client, id }: Member): Promise<void> {
  const lost = defer<void>()
  const off = app.events.on('disconnect', ({ connection }) => {
    if (connection.id === id) lost.resolve()
  })
  client.terminate()
  await lost.promise
  off()
}

/** Asks to continue what a member was. */
export function resume(client: WireClient, { session, position }: Member): Promise<unknown> {
  return client.call('$resume', '/', { session, rooms: { [path]: position } })
}
