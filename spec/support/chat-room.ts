import { Broadcast, Data, Join, OnMessage } from 'enfilade'

/** What a room needs to be talked in: controllers extend it, each with a path and settings of its own. */
export abstract class ChatRoom {
  @OnMessage('join')
  @Join()
  join(): void {}

  @OnMessage('say')
  @Broadcast('said')
  say(@Data(Object) data: unknown): unknown {
    return data
  }
}
