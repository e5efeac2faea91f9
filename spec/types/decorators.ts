import { IsString } from 'class-validator'
import {
  Broadcast,
  Connection,
  Controller,
  Data,
  Join,
  Message,
  OnJoin,
  OnMessage,
  Param,
  Rooms,
  Serial,
  Session,
  type WsConnection,
  type WsMessageInfo,
  type WsRooms,
} from 'enfilade'

/** What the decorators take and what not: checked by the compiler, never run. */
export class Say {
  @IsString() text!: string
}

abstract class Abstract {}

@Serial()
@Controller('/chat/:room')
export class Accepted {
  @OnMessage()
  @OnMessage('say')
  @OnMessage('/typing')
  @OnMessage('say', '/typing')
  @Join()
  @Join('/chat/:room')
  @Broadcast()
  @Broadcast('said', { room: '/chat/:room', excludeSelf: false })
  @Serial()
  handle(
    @Param('room') room: string,
    @Param() params: Readonly<Record<string, string>>,
    @Data() emitted: Say,
    @Data(Say) explicit: Say,
    @Data([Say]) list: Say[],
    @Data({ groups: ['create'] }) grouped: Say,
    @Data(Say, { groups: ['create'] }) both: Say,
    @Data(String) text: string,
    @Data(Abstract) loose: Abstract,
    @Message() message: WsMessageInfo,
    @Connection() connection: WsConnection<{ user: string }>,
    @Rooms() rooms: WsRooms,
    @Session('user') user: string,
  ): unknown {
    return [
      room,
      params,
      emitted,
      explicit,
      list,
      grouped,
      both,
      text,
      loose,
      message,
      rooms,
      user,
    ].concat(connection.session.user)
  }

  @OnJoin('/chat/:room') joined(): void {}
}

// @ts-expect-error a prefix is text
@Controller(1)
export class Refused {
  // @ts-expect-error an event is text
  @OnMessage(1)
  event(): void {}

  // @ts-expect-error there is no third argument
  @OnMessage('say', '/typing', '/more')
  three(): void {}

  // @ts-expect-error options come second
  @Broadcast({ room: '/a' })
  options(): void {}

  // @ts-expect-error there is no such option
  @Broadcast('said', { exclude: true })
  unknownOption(): void {}

  // @ts-expect-error a room is text
  @Join(Say)
  room(): void {}

  // @ts-expect-error a name is text
  name(@Param(0) name: string): string {
    return name
  }

  // @ts-expect-error an instance is no class
  instance(@Data(new Say()) data: Say): Say {
    return data
  }

  // @ts-expect-error a list names one class
  list(@Data([Say, Say]) data: Say[]): Say[] {
    return data
  }

  // @ts-expect-error groups are a list
  groups(@Data(Say, { groups: 'create' }) data: Say): Say {
    return data
  }

  // @ts-expect-error @Connection decorates a parameter
  @Connection()
  parameterDecorator(): void {}

  // @ts-expect-error @OnMessage decorates a method
  methodDecorator(@OnMessage() data: Say): Say {
    return data
  }
}

// @ts-expect-error @OnMessage decorates a method, no class
@OnMessage()
export class Misplaced {}
