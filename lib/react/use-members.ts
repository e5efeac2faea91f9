import { useCallback, useRef, useSyncExternalStore } from 'react'
import type { WsRoom } from '../client/ws-room.js'
import type { ChannelContract, PresenceState } from '../protocol/channel.js'
import type { WsMember } from '../protocol/v1.js'

const nothing = (): void => undefined
const NOBODY: readonly string[] = []

/**
 * The ids of a room's members: changes when somebody comes or goes, not when somebody changes. With
 * `useMember` in each row, one member's update renders one row.
 */
export function useMembers<C extends ChannelContract>(
  room: WsRoom<C> | undefined,
): readonly string[] {
  const latest = useRef(NOBODY)
  const ids = (): readonly string[] => {
    const now = room ? [...room.members.keys()] : NOBODY
    const before = latest.current
    if (now.length !== before.length || now.some((id, index) => id !== before[index])) {
      latest.current = now
    }
    return latest.current
  }
  return useSyncExternalStore(useSubscribe(room), ids, () => NOBODY)
}

/** One member of a room; `undefined` when it is not there. */
export function useMember<C extends ChannelContract>(
  room: WsRoom<C> | undefined,
  id: string | undefined,
): WsMember<PresenceState<C>> | undefined {
  return useSyncExternalStore(
    useSubscribe(room),
    () => (id === undefined ? undefined : room?.members.get(id)),
    () => undefined,
  )
}

function useSubscribe<C extends ChannelContract>(
  room: WsRoom<C> | undefined,
): (changed: () => void) => () => void {
  return useCallback((changed) => room?.onMembers(changed) ?? nothing, [room])
}
