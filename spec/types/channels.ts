import { IsString } from 'class-validator'
import {
  Connection,
  Controller,
  Data,
  defineChannel,
  Message,
  OnMessage,
  Param,
  Rooms,
  Session,
  type WsConnection,
  type WsMessageInfo,
  type WsRooms,
} from 'enfilade'
import { createWsClient, type WsClient, type WsRoom } from 'enfilade/client'

/** What a channel lets through on both sides and what not: checked by the compiler, never run. */
export const chat = defineChannel('/chat/:room')<{
  calls: {
    say(data: { text: string }): { at: number }
    count(): number
    rename(title: string): void
    join(data: { name: string }): string[]
  }
  pushes: { said: { text: string; at: number }; renamed: string }
  presence: { name: string; typing: boolean }
}>()

const lobby = defineChannel('/lobby')<{ pushes: { open: boolean } }>()
const files = defineChannel('/files{/:user}/*path')<object>()

class Say {
  @IsString() text!: string
}

class Other {
  @IsString() txt!: string
}

interface User {
  readonly admin: boolean
}

@Controller(chat)
export class Accepted {
  @OnMessage(chat, 'say')
  say(@Param('room') room: string, @Data() said: Say): { at: number } {
    return { at: room.length + said.text.length }
  }

  @OnMessage(chat, 'say')
  async later(@Session() _user: User, @Data() said: Say): Promise<{ at: number; more: true }> {
    return Promise.resolve({ at: said.text.length, more: true })
  }

  @OnMessage(chat, 'say')
  withoutData(
    @Connection() _connection: WsConnection<User>,
    @Rooms() _rooms: WsRooms,
    @Message() _message: WsMessageInfo,
    @Param() _params: Readonly<Record<string, string>>,
  ): { at: number } {
    return { at: 1 }
  }

  @OnMessage(chat, 'say')
  unchecked(@Data() said: unknown): { at: number } {
    return { at: said === undefined ? 0 : 1 }
  }

  @OnMessage(chat, 'count')
  count(@Session() user: User): number {
    return user.admin ? 1 : 0
  }

  @OnMessage(chat, 'rename')
  rename(@Data() _title: string): void {}

  @OnMessage('other', '/path')
  ofItsOwn(): boolean {
    return true
  }
}

export class Refused {
  // @ts-expect-error there is no such call
  @OnMessage(chat, 'shout')
  unknownCall(): void {}

  // @ts-expect-error a push is no call
  @OnMessage(chat, 'said')
  push(): void {}

  // @ts-expect-error the reply has another type
  @OnMessage(chat, 'say')
  wrongReply(@Data() said: Say): { at: string } {
    return { at: said.text }
  }

  // @ts-expect-error the promised reply has another type
  @OnMessage(chat, 'count')
  async wrongPromise(): Promise<string> {
    return Promise.resolve('1')
  }

  // @ts-expect-error nothing is returned
  @OnMessage(chat, 'count')
  noReply(): void {}

  // @ts-expect-error the data has another type
  @OnMessage(chat, 'say')
  wrongData(@Data() said: Other): { at: number } {
    return { at: said.txt.length }
  }

  // @ts-expect-error the data has another type, beside other parameters
  @OnMessage(chat, 'say')
  wrongAmong(@Param('room') _room: string, @Data() said: { txt: string }): { at: number } {
    return { at: said.txt.length }
  }

  // @ts-expect-error the data is text, no number
  @OnMessage(chat, 'rename')
  wrongPrimitive(@Data() _title: number): void {}

  // @ts-expect-error the path is the channel's
  @OnMessage(chat, '/path')
  path(): void {}

  // @ts-expect-error a call has to be named
  @OnMessage(chat)
  noCall(): void {}
}

// @ts-expect-error an object that is no channel
@Controller({ prefix: '/chat' })
export class NoChannel {}

// @ts-expect-error a path is text
defineChannel(1)
// @ts-expect-error pushes are an object
defineChannel('/a')<{ pushes: string }>()

export async function typed(client: WsClient): Promise<unknown> {
  const room = client.room(chat, { room: 'general' }, { presence: { name: 'Ann', typing: false } })
  const { at }: { at: number } = await room.call('say', { text: 'hi' })
  const count: number = await room.call('count')
  await room.call('count', { timeout: 100 })
  await room.call('rename', 'title', { signal: AbortSignal.timeout(1) })
  const history: string[] = await room.join({ name: 'Ann' })
  const isSent: boolean = room.send('rename', 'title')
  room.on('said', (data, { seq }) => [data.text, data.at.toFixed(), seq])
  room.on('renamed', (title) => title.toUpperCase())
  room.setPresence({ name: 'Ann', typing: true })
  const names = [...room.members.values()].map(({ state }) => state.name.trim())
  room.onMembers(({ join }) => join[0]?.state.typing)
  client.room(lobby).on('open', (isOpen) => !isOpen)
  client.room(lobby, {})
  client.room(files, { path: 'a/b' })
  client.room(files, { path: 'a/b', user: 'ann' })
  await client.room('/plain').join({ anything: true })
  const named: WsRoom<{ pushes: { ping: number } }> = client.room('/plain')
  named.on('ping', (value) => value.toFixed())
  client.on<{ text: string }>('said', '/chat/*', ({ text }, { path }) => text + path)
  return [at, count, history, isSent, names, room.self?.state.typing]
}

export function refusedByClient(client: WsClient): void {
  const room = client.room(chat, { room: 'general' })
  // @ts-expect-error there is no such call
  void room.call('shout')
  // @ts-expect-error the data has another type
  void room.call('say', { txt: 'hi' })
  // @ts-expect-error the data is missing
  void room.call('say')
  // @ts-expect-error the call has no data
  void room.call('count', { text: 'hi' })
  // @ts-expect-error the reply has another type
  const reply: Promise<string> = room.call('count')
  // @ts-expect-error the data has another type
  room.send('rename', 1)
  // @ts-expect-error there is no such push
  room.on('shouted', () => undefined)
  // @ts-expect-error the push has other data
  room.on('said', ({ txt }) => txt as unknown)
  // @ts-expect-error the presence has another type
  room.setPresence({ name: 'Ann' })
  // @ts-expect-error the presence has another type
  client.room(chat, { room: 'general' }, { presence: { nick: 'Ann' } })
  // @ts-expect-error join takes a name
  void room.join()
  // @ts-expect-error the path has a parameter
  client.room(chat)
  // @ts-expect-error the path has another parameter
  client.room(chat, { name: 'general' })
  // @ts-expect-error the path has one parameter only
  client.room(chat, { room: 'general', more: 'x' })
  // @ts-expect-error a wildcard is needed
  client.room(files, { user: 'ann' })
  // @ts-expect-error a room without presence has none to set
  client.room(lobby).setPresence({})
  // @ts-expect-error there is no such option
  createWsClient('/ws', { retry: true })
  void reply
}
