import { describe, expect, it } from '@jest/globals'
import {
  Broadcast,
  Connection,
  Controller,
  Data,
  Join,
  OnConnect,
  OnDisconnect,
  OnMessage,
  Param,
  Serial,
  Use,
  WsConnection,
  type WsMiddleware,
} from 'enfilade'
import { Inbox } from '../support/inbox.js'
import { failureOf } from '../support/outcome.js'
import { startApp } from '../support/start-app.js'

const seen = new Inbox<string>('a step')

function mark(name: string): WsMiddleware {
  return (_context, next) => {
    seen.push(name)
    return next()
  }
}

/** Handlers for any kind of room; not a controller by itself. */
@Use(mark('base middleware'))
abstract class RoomBase {
  protected abstract readonly kind: string

  @OnConnect()
  connect(@Connection() connection: WsConnection): void {
    seen.push(`connect ${this.kind}`)
    connection.send('hello', `/${this.kind}`)
  }

  @OnMessage('join')
  @Join()
  join(@Param('room') room: string): object {
    return { kind: this.kind, room }
  }

  @OnMessage('say')
  @Broadcast('said', { excludeSelf: false })
  say(@Data(String) text: string): string {
    return `${this.kind}: ${text}`
  }

  @OnMessage('old')
  @Use(mark('old middleware'))
  renamed(): string {
    return 'base'
  }

  @OnDisconnect()
  gone(): void {
    seen.push(`gone ${this.kind}`)
  }
}

@Controller('/chat/:room')
@Use(mark('chat middleware'))
class ChatController extends RoomBase {
  protected readonly kind: string = 'chat'

  // No decorators: those of the base stay.
  override say(text: string): string {
    return super.say(text.toUpperCase())
  }

  // Decorators of its own: they take the place of those of the base.
  @OnMessage('new')
  override renamed(): string {
    return `derived from ${super.renamed()}`
  }
}

@Controller('/game/:room')
@Serial()
class GameController extends RoomBase {
  protected readonly kind = 'game'
}

/** Without `@Controller`: it has the prefix of the class it extends. */
class LoudChat extends ChatController {
  protected override readonly kind = 'loud'

  @OnMessage('shout')
  shout(@Param('room') room: string): string {
    return `${room}!`
  }
}

const chat = '/chat/one'

describe('a controller', () => {
  it('has the handlers of the class it extends, on its own prefix and instance', async () => {
    const client = await (
      await startApp({ controllers: [ChatController, GameController] })
    ).connect()
    expect(await client.nextPush()).toMatchObject({ event: 'hello', path: '/chat' })
    expect(await client.nextPush()).toMatchObject({ event: 'hello', path: '/game' })
    expect(await client.call('join', chat)).toEqual({ kind: 'chat', room: 'one' })
    expect(await client.call('join', '/game/two')).toEqual({ kind: 'game', room: 'two' })
    await client.call('say', '/game/two', 'hi')
    expect(await client.nextPush('said')).toMatchObject({ path: '/game/two', data: 'game: hi' })
    seen.take()
    await client.close()
    expect([await seen.next(), await seen.next()]).toEqual(['gone chat', 'gone game'])
  })

  it('runs its own form of a method with the decorators of the base', async () => {
    const client = await (await startApp({ controllers: [ChatController] })).connect()
    await client.call('join', chat)
    expect(await client.call('say', chat, 'hi')).toBe('chat: HI')
    expect(await client.nextPush('said')).toMatchObject({ data: 'chat: HI' })
    expect(await failureOf(client.call('say', chat, 5))).toMatchObject({ code: 400 })
  })

  it('puts its own decorators of a method in the place of those of the base', async () => {
    const client = await (await startApp({ controllers: [ChatController] })).connect()
    expect(await failureOf(client.call('old', chat))).toMatchObject({ code: 404 })
    seen.take()
    expect(await client.call('new', chat)).toBe('derived from base')
    expect(seen.take()).toEqual(['base middleware', 'chat middleware'])
  })

  it('may extend a controller, and has its prefix and middleware', async () => {
    const client = await (await startApp({ controllers: [LoudChat] })).connect()
    expect(await client.call('shout', chat)).toBe('one!')
    expect(await client.call('join', chat)).toEqual({ kind: 'loud', room: 'one' })
    seen.take()
    expect(await client.call('say', chat, 'x')).toBe('loud: X')
    expect(seen.take()).toEqual(['base middleware', 'chat middleware'])
  })
})
