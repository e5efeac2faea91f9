import { IsInt, IsString, Length } from 'class-validator'
import {
  Broadcast,
  Connection,
  Controller,
  Data,
  guard,
  Join,
  Leave,
  OnConnect,
  OnDisconnect,
  OnJoin,
  OnMessage,
  Param,
  Presence,
  Rooms,
  Serial,
  Server,
  Session,
  Use,
  WsError,
  type UpgradeRequest,
  type WsConnection,
  type WsRooms,
  type WsServer,
} from 'enfilade'

class Say {
  @IsString() @Length(1, 20) text!: string
}

class Cursor {
  @IsInt() x!: number
}

interface User {
  readonly user: string
}

/** Users are named by the query, or by a token; `nobody` is not let in. */
export function authorize({ query, token }: UpgradeRequest): User {
  const user = token ?? query.get('user') ?? 'guest'
  if (user === 'nobody') throw new WsError(401, 'No such user')
  return { user }
}

/** Everything that scenarios ask for. */
@Controller('/chat/:room', { history: { size: 5 } })
export class ScenarioChat {
  @OnConnect()
  connected(@Session() { user }: User): void {
    if (user === 'banned') throw new WsError(403, 'Banned')
  }

  @OnDisconnect()
  gone(@Server() server: WsServer, @Session() { user }: User): void {
    server.broadcast('gone', '/', user)
  }

  @OnJoin()
  mayJoin(@Param('room') room: string, @Session() { user }: User): string | undefined {
    if (room === 'private' && user !== 'ann') throw new WsError(403, 'Private')
    return room === 'news' && user !== 'ann' ? 'read' : undefined
  }

  @OnMessage('join')
  @Join()
  join(@Param('room') room: string): unknown {
    return { room }
  }

  @OnMessage('leave')
  @Leave()
  leave(): void {}

  @OnMessage('say')
  @Broadcast('said')
  say(@Data() said: Say, @Session() { user }: User): unknown {
    return { text: said.text, user }
  }

  @OnMessage('flood')
  flood(@Data(Number) count: number, @Rooms() rooms: WsRooms): void {
    for (let index = 0; index < count; index++) {
      rooms.broadcast('noise', 'x'.repeat(10_000), { excludeSelf: true })
    }
  }

  @OnMessage('secret')
  @Use(guard(({ session }) => (session as User).user === 'ann', 403))
  secret(): string {
    return 'only for Ann'
  }

  @OnMessage('wait')
  async wait(@Data(Number) turns: number): Promise<number> {
    for (let turn = 0; turn < turns; turn++) await new Promise(setImmediate)
    return turns
  }

  @Serial()
  @OnMessage('queue')
  queue(@Data(Number) turns: number): Promise<number> {
    return this.wait(turns)
  }

  @OnMessage('fail')
  fail(): void {
    throw new Error('not for clients')
  }

  @OnMessage('close')
  close(@Data(Number) code: number, @Connection() connection: WsConnection): void {
    connection.close(code, 'As you wish')
  }
}

/** Who is here, and where. */
@Presence(Cursor)
@Controller('/board/:board')
export class ScenarioBoard {
  @OnMessage('join')
  @Join()
  join(): void {}

  @OnMessage('leave')
  @Leave()
  leave(): void {}
}
