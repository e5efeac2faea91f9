import { useDocumentPresence } from 'enfilade/react/documents'
import type { CSSProperties } from 'react'
import type { Board } from './board.js'
import type { Me } from './me.js'

const MOST = 4

/** What somebody shows. */
interface Visitor {
  readonly name: string
  readonly hue: number
  readonly x?: number
  readonly y?: number
}

interface PeopleProps {
  readonly board: Board | undefined
  readonly me: Me
}

/** Who is here, oneself first. */
export function People({ board, me }: PeopleProps) {
  const others = useDocumentPresence(board).map(({ user, state }) => ({ user, ...visitor(state) }))
  const shown = others.slice(0, MOST)
  const text = others.length === 0 ? 'Only you are here' : `${others.length + 1} people are here`
  return (
    <ul className="people" aria-label={text} title={text}>
      <Person name={`${me.name} (you)`} hue={me.hue} />
      {shown.map(({ user, name, hue }) => (
        <Person key={user} name={name} hue={hue} />
      ))}
      {others.length > MOST && <li className="more">+{others.length - MOST}</li>}
    </ul>
  )
}

function Person({ name, hue }: { readonly name: string; readonly hue: number }) {
  const initials = name.split(' ').map((word) => word[0]?.toUpperCase() ?? '')
  return (
    <li title={name} style={{ '--hue': hue } as CSSProperties}>
      {initials.slice(0, 2)}
    </li>
  )
}

/** The cursors of the others, on the board. */
export function Cursors({
  board,
  zoom,
}: {
  readonly board: Board | undefined
  readonly zoom: number
}) {
  return useDocumentPresence(board).map(({ user, state }) => {
    const { name, hue, x, y } = visitor(state)
    if (x === undefined || y === undefined) return null
    const style = { '--hue': hue, '--x': `${x}px`, '--y': `${y}px`, scale: String(1 / zoom) }
    return (
      <div key={user} className="cursor" style={style}>
        <svg viewBox="0 0 20 22" width="22" height="24" aria-hidden="true">
          <path d="M2 1.5 18 10l-7.2 1.9L7.4 19z" />
        </svg>
        <span dir="auto">{name}</span>
      </div>
    )
  })
}

/** The server has checked it. */
function visitor(state: unknown): Visitor {
  return state as Visitor
}
