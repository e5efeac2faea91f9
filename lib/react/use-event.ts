import { useEffect, useRef } from 'react'
import type { WsRoom } from '../client/ws-room.js'
import type { ChannelContract, PushData, PushName } from '../protocol/channel.js'
import type { WsPush } from '../protocol/records.js'

/** Hears pushes to a room while mounted, with the handler of the latest render. */
export function useEvent<C extends ChannelContract, E extends PushName<C>>(
  room: WsRoom<C> | undefined,
  event: E,
  handler: (data: PushData<C, E>, push: WsPush) => void,
): void {
  const latest = useRef(handler)
  useEffect(() => {
    latest.current = handler
  })
  useEffect(() => room?.on(event, (data, push) => latest.current(data, push)), [room, event])
}
