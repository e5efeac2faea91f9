import { describe, expect, it } from '@jest/globals'
import {
  Broadcast,
  Connection,
  Controller,
  Data,
  Join,
  Leave,
  Message,
  OnConnect,
  OnDisconnect,
  OnJoin,
  OnLeave,
  OnMessage,
  Param,
  Rooms,
  Serial,
  Server,
  Session,
  Use,
} from 'enfilade'
import {
  findRecord,
  methodParameterTypes,
  ownMethod,
  ownRecord,
} from '../../../lib/metadata/store.js'

class Dto {}
const first = (): void => undefined
const second = (): void => undefined
const third = (): void => undefined

describe('records', () => {
  @Controller('/chat/:room')
  @Use(first, second)
  @Use(third)
  @Serial()
  class Chat {
    @OnMessage('a')
    @OnMessage('b', '/c')
    @OnMessage()
    @Join()
    @Leave('/x')
    @Broadcast('said', { excludeSelf: false })
    @Broadcast()
    @Use(first)
    @Use(second, third)
    @Serial()
    handle(
      @Param('room') _room: string,
      @Data(Dto, { groups: ['g'] }) _data: Dto,
      @Data({ groups: ['h'] }) _emitted: Dto,
      @Message() _message: object,
      @Connection() _connection: object,
      @Rooms() _rooms: object,
      @Session('user') _user: string,
      @Server() _server: object,
    ): void {}

    @OnConnect() @OnDisconnect() @OnJoin('/r') @OnLeave() hooks(): void {}
    plain(): void {}
  }

  it('hold what the decorators of a class were given', () => {
    expect(findRecord(Chat)).toMatchObject({
      controller: { prefix: '/chat/:room' },
      middleware: [first, second, third],
      serial: true,
      misplaced: [],
    })
    expect([...(findRecord(Chat)?.methods.keys() ?? [])]).toEqual(['handle', 'hooks'])
  })

  it('hold what the decorators of a method were given', () => {
    const { parameters, broadcasts, ...record } = ownMethod(Chat, 'handle')
    expect(record).toEqual({
      name: 'handle',
      routes: [{ args: [] }, { args: ['b', '/c'] }, { args: ['a'] }],
      lifecycle: [],
      roomHooks: [],
      memberships: [
        { kind: 'leave', room: '/x' },
        { kind: 'join', room: undefined },
      ],
      documentHooks: [],
      middleware: [first, second, third],
      serial: true,
    })
    expect(broadcasts).toHaveLength(2)
    expect(broadcasts).toContainEqual({ event: 'said', options: { excludeSelf: false } })
    expect(parameters.toSorted((a, b) => a.index - b.index)).toEqual([
      { index: 0, source: 'param', args: ['room'] },
      { index: 1, source: 'data', args: [Dto, { groups: ['g'] }] },
      { index: 2, source: 'data', args: [undefined, { groups: ['h'] }] },
      { index: 3, source: 'message', args: [] },
      { index: 4, source: 'connection', args: [] },
      { index: 5, source: 'rooms', args: [] },
      { index: 6, source: 'session', args: ['user'] },
      { index: 7, source: 'server', args: [] },
    ])
  })

  it('hold what the hooks of a method were given', () => {
    expect(ownMethod(Chat, 'hooks')).toMatchObject({
      lifecycle: ['disconnect', 'connect'],
      roomHooks: [
        { kind: 'leave', pattern: undefined },
        { kind: 'join', pattern: '/r' },
      ],
    })
  })

  it('are of the class itself, not of what it extends', () => {
    class Derived extends Chat {}
    expect(findRecord(Derived)).toBeUndefined()
    expect(ownRecord(Derived)).not.toBe(findRecord(Chat))
    expect(ownRecord(Derived)).toBe(findRecord(Derived))
    expect(findRecord(Derived)?.methods.size).toBe(0)
  })

  it('keep methods with symbols for names', () => {
    const name = Symbol('handle')
    class Symbols {
      @OnMessage('a') [name](): void {}
    }
    expect(ownMethod(Symbols, name).routes).toEqual([{ args: ['a'] }])
  })

  it('know the types of parameters that TypeScript emitted, inherited ones too', () => {
    class Derived extends Chat {}
    expect(methodParameterTypes(Derived, 'handle')?.slice(0, 2)).toEqual([String, Dto])
    expect(methodParameterTypes(Chat, 'plain')).toBeUndefined()
  })
})
