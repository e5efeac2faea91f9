import type { WsRoom } from 'enfilade/client'
import { useMember, useMembers } from 'enfilade/react'
import { memo, useRef, type CSSProperties } from 'react'
import type { BoardContract } from '../board.channel.js'

interface RosterProps {
  readonly room: WsRoom<BoardContract> | undefined
}

/** Who is here. Renders when somebody comes or goes, not when somebody moves. */
export function Roster({ room }: RosterProps) {
  const ids = useMembers(room)
  return (
    <ul className="roster" aria-label="Who is here">
      {ids.map((id) => (
        <Row key={id} room={room} id={id} />
      ))}
    </ul>
  )
}

/** One member: renders when that member changes, and says how often it did. */
const Row = memo(({ room, id }: RosterProps & { readonly id: string }) => {
  const member = useMember(room, id)
  const renders = useRef(0)
  renders.current++
  if (!member?.state) return null
  const { name, hue, idle } = member.state
  return (
    <li data-idle={idle} style={{ '--hue': hue } as CSSProperties}>
      <span className="dot" aria-hidden="true" />
      <span className="name" dir="auto">
        {name}
      </span>
      {id === room?.self?.id && <span className="badge">you</span>}
      {idle && <span className="badge">idle</span>}
      <span className="renders" title="How often this row was rendered">
        {renders.current}
      </span>
    </li>
  )
})
Row.displayName = 'Row'
