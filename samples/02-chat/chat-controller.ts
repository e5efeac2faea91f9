import { Broadcast, Connection, Controller, Data, guard, Join, Leave, Message } from 'enfilade'
import { OnLeave, OnMessage, Rooms, Server, Use, WsConnection, WsRooms, WsServer } from 'enfilade'
import type { WsMessageInfo } from 'enfilade'
import { Transform } from 'class-transformer'
import { IsString, Length } from 'class-validator'
import { Archive, type Person, type Said } from './archive.js'

const Trim = () =>
  Transform(({ value }: { value: unknown }) => (typeof value === 'string' ? value.trim() : value))

class Profile {
  @Trim()
  @IsString()
  @Length(1, 40, { message: 'A name has 1 to 40 characters' })
  name!: string
}

class Say {
  @Trim()
  @IsString()
  @Length(1, 2000, { message: 'A message has 1 to 2,000 characters' })
  text!: string
}

/** Who is in a room, and what was said in it lately. */
interface View {
  readonly people: readonly Person[]
  readonly messages: readonly Said[]
}

const members = guard(
  ({ connection, path }) => connection.rooms.has(path),
  403,
  'Join this room first',
)

/** The path of a message is the room: `/chat/general`. */
@Controller('/chat/:room')
export class ChatController {
  readonly #people = new WeakMap<WsConnection, Person>()

  constructor(private readonly archive: Archive) {}

  @OnMessage('join')
  @Join()
  @Broadcast('joined')
  join(@Connection() connection: WsConnection, @Data() { name }: Profile): Person {
    const person = { id: connection.id, name }
    this.#people.set(connection, person)
    return person
  }

  @OnMessage('look')
  @Use(members)
  look(@Message() { path }: WsMessageInfo, @Server() server: WsServer): View {
    const people = server.roomConnections(path).map((connection) => this.#personOf(connection))
    return { people, messages: this.archive.recent(path) }
  }

  @OnMessage('say')
  @Use(members)
  @Broadcast('said')
  say(
    @Connection() connection: WsConnection,
    @Message() { path }: WsMessageInfo,
    @Data() { text }: Say,
  ): Said {
    return this.archive.append(path, this.#personOf(connection), text)
  }

  @OnMessage('typing')
  @Use(members)
  @Broadcast()
  typing(@Connection() connection: WsConnection): Person {
    return this.#personOf(connection)
  }

  @OnMessage('leave')
  @Leave()
  leave(): void {
    // Nothing else to do: `left` tells the others, as it does when a tab is closed.
  }

  @OnLeave()
  left(@Connection() connection: WsConnection, @Rooms() rooms: WsRooms): void {
    rooms.broadcast('left', this.#personOf(connection))
  }

  #personOf(connection: WsConnection): Person {
    return this.#people.get(connection) ?? { id: connection.id, name: 'Somebody' }
  }
}
