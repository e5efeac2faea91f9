import type { WsRoom } from 'enfilade/client'
import { useCallback, useEffect, useState } from 'react'
import type { BoardContract, Shown } from '../board.channel.js'

/** Who one is on the board. */
export interface Me {
  readonly name: string
  /** Degrees. */
  readonly hue: number
}

/** The colours to choose from, by hue. */
export const COLOURS = new Map([
  [20, 'Red'],
  [55, 'Orange'],
  [100, 'Olive'],
  [150, 'Green'],
  [200, 'Teal'],
  [255, 'Blue'],
  [300, 'Violet'],
  [345, 'Pink'],
])

const FIRST = ['Quiet', 'Amber', 'Swift', 'Early', 'Velvet', 'Northern', 'Little', 'Silver']
const SECOND = ['Heron', 'Otter', 'Lynx', 'Finch', 'Badger', 'Marten', 'Plover', 'Hare']

const KEY = 'me'

/** Who one is; a reload of the tab does not change it. */
export function useMe(room: WsRoom<BoardContract> | undefined): [Me, (me: Me) => void] {
  const [known] = useState(recall)
  const [me, setMe] = useState(() => known ?? somebody())
  useEffect(() => keep(me), [me])
  const avoid = useCallback((hues: ReadonlySet<number>) => {
    const free = [...COLOURS.keys()].filter((hue) => !hues.has(hue))
    setMe((before) =>
      hues.has(before.hue) && free.length > 0 ? { ...before, hue: pick(free) } : before,
    )
  }, [])
  useOthersColours(known ? undefined : room, avoid)
  return [me, setMe]
}

/** Tells, once, which colours are taken when one enters. */
function useOthersColours(
  room: WsRoom<BoardContract> | undefined,
  tell: (hues: ReadonlySet<number>) => void,
): void {
  useEffect(() => {
    const off = room?.onMembers(() => {
      off?.()
      const others = [...room.members.values()].filter(({ id }) => id !== room.self?.id)
      // Who has just come has not shown anything.
      tell(new Set(others.flatMap(({ state }) => (state as Shown | null)?.hue ?? [])))
    })
    return off
  }, [room, tell])
}

function somebody(): Me {
  return {
    name: `${pick(FIRST)} ${pick(SECOND)}`,
    hue: pick([...COLOURS.keys()]),
  }
}

function pick<T>(from: readonly T[]): T {
  return from[Math.floor(Math.random() * from.length)] as T
}

/** Storage may be switched off: then a reload makes somebody else. */
function recall(): Me | undefined {
  try {
    const { name, hue } = JSON.parse(sessionStorage.getItem(KEY) ?? '{}') as Partial<Me>
    return name && hue !== undefined && COLOURS.has(hue) ? { name, hue } : undefined
  } catch {
    return undefined
  }
}

function keep(me: Me): void {
  try {
    sessionStorage.setItem(KEY, JSON.stringify(me))
  } catch {
    // Nothing depends on it.
  }
}
