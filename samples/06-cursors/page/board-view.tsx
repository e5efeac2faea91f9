import { WsClientError, type WsRoomStatus } from 'enfilade/client'
import { useMembers, useRoom, useStatus } from 'enfilade/react'
import { useState } from 'react'
import { board } from '../board.channel.js'
import { Canvas } from './canvas.js'
import { Connection } from './connection.js'
import { useMe } from './me.js'
import { Profile } from './profile.js'
import { Roster } from './roster.js'
import { useMovement } from './use-movement.js'
import { useNode } from './use-node.js'
import { useOnline } from './use-online.js'
import { useReturn } from './use-return.js'

const HERE: Readonly<Record<number, string>> = { 0: 'Who is here', 1: 'Only you here' }

/** A board and who is on it. */
export function BoardView({
  name,
  onRetry,
}: {
  readonly name: string
  readonly onRetry: () => void
}) {
  const { room, status, error } = useRoom(board, { board: name })
  const [me, setMe] = useMe(room)
  const isOnline = useOnline()
  const isLive = useStatus() === 'open' && isOnline
  const [isOpen, setOpen] = useState(false)
  const move = useMovement(room, me)
  const note = useReturn(room)
  const node = useNode()
  const count = useMembers(room).length
  return (
    <main data-live={isLive}>
      <header>
        <img src="mark.svg" alt="" width="36" height="36" />
        <h1 dir="auto">{name}</h1>
        {node && <p className="node">{node}</p>}
        <button className="toggle" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
          {count} here
        </button>
      </header>
      <Connection note={note} />
      <Canvas room={room} me={me} move={move}>
        {error !== undefined ? (
          <Refused error={error} onRetry={onRetry} />
        ) : (
          <Welcome status={status} count={count} isLive={isLive} />
        )}
      </Canvas>
      <aside data-open={isOpen}>
        <Profile me={me} onChange={setMe} />
        <h2>
          <span aria-live="polite">{HERE[count] ?? `${count} people here`}</span>
          <small>renders</small>
        </h2>
        <Roster room={room} />
        <p id="help">
          Move, and click to point at something. By keyboard: arrows, with <kbd>Shift</kbd> further,{' '}
          <kbd>Enter</kbd> to point.
        </p>
      </aside>
    </main>
  )
}

interface WelcomeProps {
  readonly status: WsRoomStatus
  readonly count: number
  readonly isLive: boolean
}

/** What lies on a board that nobody else is on. */
function Welcome({ status, count, isLive }: WelcomeProps) {
  if (status !== 'joined') return count === 0 && <p className="card quiet">Opening the board…</p>
  // Without a connection nobody knows who else is here.
  if (count > 1 || !isLive) return null
  return (
    <div className="card">
      <h2>It is quiet here</h2>
      <p>Open a second tab beside this one, and watch yourself move.</p>
      <a href={location.href} target="_blank" rel="noreferrer">
        Open a second tab
      </a>
    </div>
  )
}

function Refused({ error, onRetry }: { readonly error: unknown; readonly onRetry: () => void }) {
  const reason = error instanceof WsClientError ? error.message : 'The server closed it'
  return (
    <div className="card" role="alert">
      <h2>This board cannot be opened</h2>
      <p>{reason.replace(/\.?$/, '.')}</p>
      <button onClick={onRetry}>Try again</button>
      <a href="#studio">Go to the studio</a>
    </div>
  )
}
