import type { WsRoom } from 'enfilade/client'
import { useClient } from 'enfilade/react'
import { useEffect, useState } from 'react'
import type { BoardContract } from '../board.channel.js'

const SHOWN_FOR = 6_000

/** What there is to say after a loss: whether something was missed. */
export function useReturn(room: WsRoom<BoardContract> | undefined): string {
  const client = useClient()
  const [note, setNote] = useState('')
  useEffect(() => {
    if (!client || !room) return undefined
    let wasLost = false
    let hadGap = false
    let timer: ReturnType<typeof setTimeout> | undefined
    const say = (text: string): void => {
      clearTimeout(timer)
      setNote(text)
      if (text !== '') timer = setTimeout(() => setNote(''), SHOWN_FOR)
    }
    const offGap = room.onGap(() => (hadGap = true))
    const offStatus = client.onStatus((status) => {
      if (status !== 'open') {
        wasLost = true
        say('')
      } else if (wasLost) {
        say(
          hadGap
            ? 'You are back. Waves may have been missed.'
            : 'You are back. Nothing was missed.',
        )
        wasLost = hadGap = false
      }
    })
    return () => {
      offGap()
      offStatus()
      clearTimeout(timer)
    }
  }, [client, room])
  return note
}
