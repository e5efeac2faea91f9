import type { WsRoom } from 'enfilade/client'
import { useEvent } from 'enfilade/react'
import { useCallback, useState } from 'react'
import type { BoardContract, Place } from '../board.channel.js'
import { styleAt } from './cursor.js'

interface Drawn {
  readonly key: number
  readonly place: Place
  readonly hue: number
}

/** What was pointed at lately, each for as long as its ripple lasts. */
export function useWaves(
  room: WsRoom<BoardContract> | undefined,
  myHue: number,
): { waves: readonly Drawn[]; wave: (place: Place) => void; end: (key: number) => void } {
  const [waves, setWaves] = useState<readonly Drawn[]>([])
  const draw = useCallback((place: Place, hue: number) => {
    setWaves((before) => [...before, { key: (before.at(-1)?.key ?? 0) + 1, place, hue }])
  }, [])
  const end = useCallback((key: number) => {
    setWaves((before) => before.filter((wave) => wave.key !== key))
  }, [])
  useEvent(room, 'waved', ({ from, ...place }) => {
    draw(place, room?.members.get(from)?.state.hue ?? 0)
  })
  const wave = (place: Place): void => {
    draw(place, myHue)
    // The ripple says that one has pointed; whether the others saw it, nobody has to be told.
    room?.call('wave', place).catch(() => undefined)
  }
  return { waves, wave, end }
}

/** The ripples. */
export function Waves({
  waves,
  end,
}: {
  readonly waves: readonly Drawn[]
  readonly end: (key: number) => void
}) {
  return waves.map(({ key, place, hue }) => (
    <span key={key} className="wave" style={styleAt(place, hue)} onAnimationEnd={() => end(key)} />
  ))
}
