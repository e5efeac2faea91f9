import { Connection, Controller, Data, guard, Leave, Message, OnMessage } from 'enfilade'
import { Presence, Rooms, Use, WsConnection, WsRooms, type WsMessageInfo } from 'enfilade'
import { Archive } from './archive.js'
import { chat, type Person, type Said, type Shown } from './chat.channel.js'
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

  /** By hand rather than by `@Join`: what is said after the archive was read comes as a push. */
  @OnMessage(chat, 'join')
  async join(
    @Connection() connection: WsConnection,
    @Rooms() rooms: WsRooms,
    @Message() { path }: WsMessageInfo,
    @Data() { name }: Profile,
  ): Promise<readonly Said[]> {
    this.#people.set(connection, { id: connection.id, name })
    await rooms.join()
    return this.archive.recent(path)
  }

  /** For a page that was told of a gap. */
  @OnMessage(chat, 'recent')
  @Use(members)
  recent(@Message() { path }: WsMessageInfo): Promise<readonly Said[]> {
    return this.archive.recent(path)
  }

  @OnMessage(chat, 'say')
  @Use(members)
  async say(
    @Connection() connection: WsConnection,
    @Rooms() rooms: WsRooms,
    @Message() { path }: WsMessageInfo,
    @Data() { id, text }: Say,
  ): Promise<Said> {
    const from = this.#people.get(connection) ?? this.#continued(connection, rooms)
    const { said, isNew } = await this.archive.append(path, { id, from, text, at: Date.now() })
    if (isNew) rooms.broadcast('said', said)
    return said
  }

  @OnMessage(chat, 'leave')
  @Leave()
  leave(): void {
    // Nothing else to do: presence tells the others, as it does when a tab is closed.
  }

  /** Who entered at another process, and goes on here: what it shows has come along. */
  #continued({ id }: WsConnection, rooms: WsRooms): Person {
    const shown = rooms.members().find((member) => member.id === id)?.state as Shown | null
    return { id, name: shown?.name ?? 'Somebody' }
  }
}
