import { IndexedDbStore, type DocumentStore } from 'enfilade/client/documents'
import { useDocument, useRecordIds } from 'enfilade/react/documents'
import { useCallback, useEffect, useRef, useState, type CSSProperties } from 'react'
import type { Address } from './address.js'
import type { Board, Fields, Point, Tool } from './board.js'
import { Item } from './item.js'
import type { Me } from './me.js'
import { Cursors, People } from './people.js'
import { Share } from './share.js'
import { Status } from './status.js'
import { Toolbar } from './toolbar.js'
import { useCamera } from './use-camera.js'
import { useHand } from './use-hand.js'
import { useKeys } from './use-keys.js'

interface BoardViewProps {
  readonly address: Address
  readonly me: Me
}

const store = createStore()

/** One board: the shapes on it, who is there, and what to draw with. */
export function BoardView({ address, me }: BoardViewProps) {
  const options = store && { store }
  const state = useDocument<Fields>(`/board/${address.board}`, options)
  const { document: board, status, access, pending, canUndo, canRedo, closed } = state
  const ids = useRecordIds(board)
  const canvas = useRef<HTMLDivElement>(null)
  const { camera, zoomAt, pan, reset } = useCamera(canvas)
  const [tool, setTool] = useState<Tool>('select')
  const [hue, setHue] = useState(me.hue)
  const [selected, setSelected] = useState<string>()
  const [writing, setWriting] = useState<string>()
  const canEdit = access === 'write' && status !== 'loading' && status !== 'closed'
  const fault = useFault(board)

  const onSelect = useCallback((id: string | undefined) => setSelected(id), [])
  const onWrite = useCallback((id: string | undefined) => {
    setWriting(id)
    if (id !== undefined) setSelected(id)
  }, [])
  const onDelete = useCallback(() => {
    if (selected !== undefined) board?.transact((tx) => tx.remove(selected))
    setSelected(undefined)
  }, [board, selected])
  const onPoint = ({ x, y }: Point): void =>
    board?.setPresence({ name: me.name, hue: me.hue, x, y })
  const onHue = (next: number): void => {
    setHue(next)
    if (selected !== undefined) board?.transact((tx) => tx.patch(selected, { hue: next }))
  }
  const hand = useHand({
    ...{ board, canEdit, tool, hue, camera, pan, onSelect, onWrite, onPoint },
    onTool: setTool,
  })
  useKeys({ board, canEdit, selected, onSelect, onDelete, onTool: setTool })
  useEffect(() => board?.setPresence({ name: me.name, hue: me.hue }), [board, me])

  const zoomBy = (factor: number): void => zoomAt({ x: innerWidth / 2, y: innerHeight / 2 }, factor)
  const view = { '--x': `${camera.x}px`, '--y': `${camera.y}px`, '--zoom': camera.zoom }
  return (
    <main data-status={status} data-tool={canEdit ? tool : 'look'} style={view as CSSProperties}>
      <div
        className="canvas"
        ref={canvas}
        role="application"
        aria-label="Whiteboard"
        onPointerDown={hand.begin}
        onPointerMove={hand.move}
        onPointerUp={hand.end}
        onPointerCancel={hand.end}
        onPointerLeave={() => board?.setPresence({ name: me.name, hue: me.hue })}
      >
        <div className="layer">
          {ids.map((id) => (
            <Item
              key={id}
              board={board}
              id={id}
              isSelected={canEdit && id === selected}
              isWriting={canEdit && id === writing}
              onWrite={onWrite}
            />
          ))}
          <Cursors board={board} zoom={camera.zoom} />
        </div>
      </div>
      <header>
        <a className="brand" href="#" title="A new board">
          <img src="/mark.svg" alt="" width="30" height="30" />
          <h1>Whiteboard</h1>
        </a>
        <Status status={status} access={access} pending={pending} />
      </header>
      <nav>
        <People board={board} me={me} />
        <Share address={address} canEdit={access === 'write'} />
      </nav>
      {canEdit && (
        <Toolbar
          {...{ tool, hue, canUndo, canRedo, onHue, onDelete }}
          hasSelection={selected !== undefined}
          onTool={setTool}
          onUndo={() => board?.undo()}
          onRedo={() => board?.redo()}
        />
      )}
      <div className="zoom" role="group" aria-label="Zoom">
        <button aria-label="Smaller" onClick={() => zoomBy(1 / 1.25)}>
          −
        </button>
        <button aria-label="As it is" onClick={reset}>
          {Math.round(camera.zoom * 100)}%
        </button>
        <button aria-label="Larger" onClick={() => zoomBy(1.25)}>
          +
        </button>
      </div>
      {closed ? (
        <Closed code={closed.code} reason={closed.reason} />
      ) : (
        ids.length === 0 && status !== 'loading' && <Empty canEdit={canEdit} />
      )}
      {fault !== '' && (
        <p className="fault" role="alert">
          {fault}
        </p>
      )}
    </main>
  )
}

function Empty({ canEdit }: { readonly canEdit: boolean }) {
  if (!canEdit) return <p className="empty">There is nothing here yet.</p>
  return (
    <div className="empty">
      <h2>An empty board</h2>
      <p>
        Put up a note with <kbd>N</kbd>, or draw with <kbd>P</kbd>. Open the address in a second
        window: you will meet there.
      </p>
    </div>
  )
}

function Closed({ code, reason }: { readonly code: number; readonly reason: string }) {
  const isOld = code === 4426
  return (
    <div className="card" role="alert">
      <h2>{isOld ? 'There is a newer version of this page' : 'This board cannot be opened'}</h2>
      <p>{code === 4403 ? 'The link is not whole, or is not meant for you.' : `${reason}.`}</p>
      {isOld ? (
        <button onClick={() => location.reload()}>Reload</button>
      ) : (
        <a href="#">A new board</a>
      )}
    </div>
  )
}

/** Why something was taken back, for a while. */
function useFault(board: Board | undefined): string {
  const [fault, setFault] = useState('')
  useEffect(
    () => board?.on('rejected', ({ error }) => setFault(`That was taken back: ${error.message}`)),
    [board],
  )
  useEffect(() => {
    const timer = setTimeout(() => setFault(''), 5000)
    return () => clearTimeout(timer)
  }, [fault])
  return fault
}

/** Where the browser keeps nothing, the board works as long as the page is open. */
function createStore(): DocumentStore | undefined {
  try {
    return new IndexedDbStore({ name: 'whiteboard' })
  } catch {
    return undefined
  }
}
