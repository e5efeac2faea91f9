import { Connection, Controller, Data, guard, Join, Leave, Message, OnMessage } from 'enfilade'
import { Presence, Rooms, Use, WsConnection, WsRooms, type WsMessageInfo } from 'enfilade'
import { Archive } from './archive.js'
import { chat, type Person, type Said } from './chat.channel.js'
import { Profile, Say, Showing } from './messages.js'

const members = guard(
  ({ connection, path }) => connection.rooms.has(path),
  403,
  'Join this room first',
)

/** The path of a message is the room: `/chat/general`. */
@Presence(Showing)
@Controller(chat, { history: true })
export class ChatController {
  readonly #people = new WeakMap<WsConnection, Person>()

  constructor(private readonly archive: Archive) {}

  @OnMessage(chat, 'join')
  @Join()
  join(
    @Connection() connection: WsConnection,
    @Message() { path }: WsMessageInfo,
    @Data() { name }: Profile,
  ): readonly Said[] {
    this.#people.set(connection, { id: connection.id, name })
    return this.archive.recent(path)
  }

  /** For a page that was told of a gap. */
  @OnMessage(chat, 'recent')
  @Use(members)
  recent(@Message() { path }: WsMessageInfo): readonly Said[] {
    return this.archive.recent(path)
  }

  @OnMessage(chat, 'say')
  @Use(members)
  say(
    @Connection() connection: WsConnection,
    @Rooms() rooms: WsRooms,
    @Message() { path }: WsMessageInfo,
    @Data() { id, text }: Say,
  ): Said {
    const known = this.archive.find(path, id)
    if (known) return known
    const from = this.#people.get(connection) ?? { id: connection.id, name: 'Somebody' }
    const said = { id, from, text, at: Date.now() }
    this.archive.append(path, said)
    rooms.broadcast('said', said)
    return said
  }

  @OnMessage(chat, 'leave')
  @Leave()
  leave(): void {
    // Nothing else to do: presence tells the others, as it does when a tab is closed.
  }
}
