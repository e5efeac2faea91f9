import { useEffect, useState } from 'react'
import type { EntryReply, RoomOptions, WsRoom } from '../client/ws-room.js'
import type { ChannelContract } from '../protocol/channel.js'

/** How many components are in a room. */
const users = new WeakMap<object, number>()

/** What became of an entry. */
export interface RoomEntry<C extends ChannelContract> {
  readonly reply: EntryReply<C, 'join'> | undefined
  readonly error: unknown
}

const NOT_YET = { reply: undefined, error: undefined }

/** Enters a room while mounted. */
export function useRoomEntry<C extends ChannelContract>(
  room: WsRoom<C> | undefined,
  options: RoomOptions<C> | undefined,
): RoomEntry<C> {
  const [entry, setEntry] = useState<RoomEntry<C> & { room?: WsRoom<C> }>(NOT_YET)
  const [presence] = useState(options?.presence)
  useEffect(() => {
    if (!room) return undefined
    let isCurrent = true
    const tell = (told: RoomEntry<C>): void => {
      if (isCurrent) setEntry({ room, ...told })
    }
    if (presence !== undefined) room.setPresence(presence)
    const offGap = room.onGap(({ reply }) => {
      // Undefined when the session went on: the reply that is there still holds.
      if (reply !== undefined) tell({ reply: reply as EntryReply<C, 'join'>, error: undefined })
    })
    const offStatus = room.onStatus((_status, left) => {
      if (left) tell({ reply: undefined, error: left.error ?? left })
    })
    const exit = enter(room, tell)
    return () => {
      isCurrent = false
      offGap()
      offStatus()
      exit()
    }
  }, [room, presence])
  // What another room told is none of this one's.
  const { reply, error } = entry.room === room ? entry : NOT_YET
  return { reply, error }
}

function enter<C extends ChannelContract>(
  room: WsRoom<C>,
  tell: (entry: RoomEntry<C>) => void,
): () => void {
  users.set(room, (users.get(room) ?? 0) + 1)
  // What a contract says of the data of `join` and `leave` is out of place here: there is none.
  const anyRoom = room as unknown as WsRoom
  anyRoom.join().then(
    (reply) => tell({ reply: reply as EntryReply<C, 'join'>, error: undefined }),
    (error: unknown) => tell({ reply: undefined, error }),
  )
  return () => {
    // Later: strict mode, and one screen after another, enter again at once.
    queueMicrotask(() => {
      const left = (users.get(room) ?? 1) - 1
      users.set(room, left)
      // Whoever leaves without a connection has left.
      if (left === 0) anyRoom.leave().catch(() => undefined)
    })
  }
}
