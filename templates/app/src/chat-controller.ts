import { Broadcast, Controller, Data, guard, Join, Leave, OnMessage } from 'enfilade'
import { Param, Presence, Use } from 'enfilade'
import { IsString, Length } from 'class-validator'
import { chat, type Said } from './chat.channel.js'

/** What members show of themselves. */
export class Person {
  @IsString() @Length(1, 40) name!: string
}

/** What a client sends to say something. */
export class Say {
  @IsString() @Length(1, 40) from!: string
  @IsString() @Length(1, 2000) text!: string
}

const members = guard(({ connection, path }) => connection.rooms.has(path), 403, 'Join first')

/** How much of a conversation is kept. */
const KEPT = 50

/** A chat with rooms: `/chat/general` is one. */
@Presence(Person)
@Controller(chat, { history: true })
export class ChatController {
  readonly #conversations = new Map<string, Said[]>()

  @OnMessage(chat, 'join')
  @Join()
  join(@Param('room') room: string): readonly Said[] {
    return this.#conversations.get(room) ?? []
  }

  @OnMessage(chat, 'say')
  @Use(members)
  @Broadcast('said')
  say(@Param('room') room: string, @Data(Say) { from, text }: Say): Said {
    const said = { from, text, at: Date.now() }
    const conversation = [...(this.#conversations.get(room) ?? []), said]
    this.#conversations.set(room, conversation.slice(-KEPT))
    return said
  }

  @OnMessage(chat, 'leave')
  @Leave()
  leave(): null {
    return null
  }
}
