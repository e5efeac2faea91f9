import { useCallback, useMemo, useSyncExternalStore } from 'react'
import type { RoomRest } from '../client/ws-client.js'
import type {
  AnyContract,
  EntryReply,
  RoomOptions,
  WsRoom,
  WsRoomStatus,
} from '../client/ws-room.js'
import type { Channel, ChannelContract } from '../protocol/channel.js'
import { fillPath } from '../protocol/path-params.js'
import { useRoomEntry } from './use-room-entry.js'
import { useClient } from './ws-provider.js'

const nothing = (): void => undefined

/** What `useRoom` gives. */
export interface RoomState<C extends ChannelContract = AnyContract> {
  /** `undefined` on a server and until there is a client. */
  readonly room: WsRoom<C> | undefined
  readonly status: WsRoomStatus
  /** The latest reply to `join`, also after a gap. */
  readonly reply: EntryReply<C, 'join'> | undefined
  /** What refused the entry. */
  readonly error: unknown
}

/**
 * Is in a room for as long as the component is mounted; several components may share one. The room is
 * left when the last of them is gone.
 *
 * @throws TypeError when a parameter of the path is missing
 */
export function useRoom<C extends ChannelContract = AnyContract>(
  path: string,
  options?: RoomOptions<C>,
): RoomState<C>
/** As above, typed by a channel. */
export function useRoom<Path extends string, C extends ChannelContract>(
  channel: Channel<Path, C>,
  ...rest: RoomRest<NoInfer<Path>, NoInfer<C>>
): RoomState<C>
export function useRoom<C extends ChannelContract>(
  where: string | Channel<string, C>,
  ...rest: readonly unknown[]
): RoomState<C> {
  const client = useClient()
  const isPath = typeof where === 'string'
  const [params, options] = isPath ? [undefined, rest[0]] : rest
  const path = isPath ? where : fillPath(where.path, params as Record<string, string> | undefined)
  const room = useMemo(() => client?.room<C>(path), [client, path])
  const entry = useRoomEntry(room, options as RoomOptions<C> | undefined)
  return { room, status: useRoomStatus(room), ...entry }
}

function useRoomStatus<C extends ChannelContract>(room: WsRoom<C> | undefined): WsRoomStatus {
  const subscribe = useCallback((changed: () => void) => room?.onStatus(changed) ?? nothing, [room])
  return useSyncExternalStore(
    subscribe,
    () => room?.status ?? 'left',
    () => 'left',
  )
}
