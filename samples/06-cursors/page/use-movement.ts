import type { WsRoom } from 'enfilade/client'
import { useCallback, useEffect, useRef } from 'react'
import type { BoardContract, Place } from '../board.channel.js'
import type { Me } from './me.js'

const IDLE_AFTER = 8_000

/** Shows the others who one is and where, until one has rested for a while. Returns how to move. */
export function useMovement(
  room: WsRoom<BoardContract> | undefined,
  me: Me,
): (place: Place | undefined) => void {
  const place = useRef<Place>(undefined)
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  const show = useCallback(() => {
    const shown = { ...me, ...place.current }
    clearTimeout(timer.current)
    room?.setPresence({ ...shown, idle: false })
    timer.current = setTimeout(() => room?.setPresence({ ...shown, idle: true }), IDLE_AFTER)
  }, [room, me])
  useEffect(() => {
    show()
    return () => clearTimeout(timer.current)
  }, [show])
  return useCallback(
    (next) => {
      place.current = next
      show()
    },
    [show],
  )
}
