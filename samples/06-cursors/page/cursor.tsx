import type { WsRoom } from 'enfilade/client'
import { useMember, useMembers } from 'enfilade/react'
import { memo, type CSSProperties } from 'react'
import type { BoardContract, Place, Shown } from '../board.channel.js'

/** Past it a name stands on the left of its cursor, where there is room for it. */
const TAG_TURNS_AT = 8_000

interface CursorsProps {
  readonly room: WsRoom<BoardContract> | undefined
}

/** Everybody's cursor but one's own. Renders when somebody comes or goes. */
export function Cursors({ room }: CursorsProps) {
  const ids = useMembers(room)
  const others = ids.filter((id) => id !== room?.self?.id)
  return others.map((id) => <MemberCursor key={id} room={room} id={id} />)
}

/** Renders when its member moves, and no other does. */
const MemberCursor = memo(({ room, id }: CursorsProps & { readonly id: string }) => {
  const shown = useMember(room, id)?.state
  if (shown?.x === undefined || shown.y === undefined) return null
  return <Cursor shown={shown} place={{ x: shown.x, y: shown.y }} />
})
MemberCursor.displayName = 'MemberCursor'

/** A cursor at its place; CSS lets it glide there. */
export function Cursor({
  shown: { name, hue, idle },
  place,
}: {
  readonly shown: Pick<Shown, 'name' | 'hue' | 'idle'>
  readonly place: Place
}) {
  return (
    <div
      className="cursor"
      data-idle={idle}
      data-side={place.x > TAG_TURNS_AT ? 'left' : 'right'}
      style={styleAt(place, hue)}
    >
      <svg viewBox="0 0 20 22" width="24" height="26.4" aria-hidden="true">
        <path d="M2 1.5 18 10l-7.2 1.9L7.4 19z" />
      </svg>
      <span className="tag" dir="auto">
        {name}
      </span>
    </div>
  )
}

/** Where something is on the board, and its colour. */
export function styleAt({ x, y }: Place, hue: number): CSSProperties {
  return { '--x': x / 100, '--y': y / 100, '--hue': hue } as CSSProperties
}
