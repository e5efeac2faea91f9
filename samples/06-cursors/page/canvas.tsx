import type { WsRoom } from 'enfilade/client'
import { useState, type KeyboardEvent, type PointerEvent, type ReactNode } from 'react'
import type { BoardContract, Place } from '../board.channel.js'
import { Cursor, Cursors } from './cursor.js'
import type { Me } from './me.js'
import { useWaves, Waves } from './waves.js'

const SIZE = 10_000
const MIDDLE: Place = { x: SIZE / 2, y: SIZE / 2 }
const STEP = 200

const ARROWS: Readonly<Record<string, Place>> = {
  ArrowLeft: { x: -STEP, y: 0 },
  ArrowRight: { x: STEP, y: 0 },
  ArrowUp: { x: 0, y: -STEP },
  ArrowDown: { x: 0, y: STEP },
}

interface CanvasProps {
  readonly room: WsRoom<BoardContract> | undefined
  readonly me: Me
  readonly move: (place: Place | undefined) => void
  /** Lies on the board. */
  readonly children: ReactNode
}

/** The board, to be moved on by mouse, finger or keyboard. */
export function Canvas({ room, me, move, children }: CanvasProps) {
  const { waves, wave, end } = useWaves(room, me.hue)
  /** Where the keyboard has brought one: there is no pointer to be seen then. */
  const [typed, setTyped] = useState<Place>()

  const onPointer = (event: PointerEvent<HTMLElement>): void => {
    setTyped(undefined)
    move(placeOf(event))
  }
  const onKeyDown = (event: KeyboardEvent<HTMLElement>): void => {
    const arrow = ARROWS[event.key]
    const isWave = event.key === 'Enter' || event.key === ' '
    if (event.target !== event.currentTarget || !(arrow ?? isWave)) return
    event.preventDefault()
    const place = arrow ? moved(typed ?? MIDDLE, arrow, event.shiftKey ? 5 : 1) : (typed ?? MIDDLE)
    setTyped(place)
    move(place)
    if (isWave) wave(place)
  }
  return (
    <div
      className="canvas"
      role="application"
      aria-label="Board"
      aria-describedby="help"
      tabIndex={0}
      onPointerMove={onPointer}
      onPointerDown={onPointer}
      onPointerLeave={({ pointerType }) => pointerType === 'mouse' && move(undefined)}
      onClick={(event) => event.target === event.currentTarget && wave(placeOf(event))}
      onKeyDown={onKeyDown}
      onBlur={() => setTyped(undefined)}
    >
      {children}
      <Waves waves={waves} end={end} />
      <Cursors room={room} />
      {typed && <Cursor shown={{ ...me, name: 'You', idle: false }} place={typed} />}
    </div>
  )
}

function placeOf({
  currentTarget,
  clientX,
  clientY,
}: {
  readonly currentTarget: HTMLElement
  readonly clientX: number
  readonly clientY: number
}): Place {
  const { left, top, width, height } = currentTarget.getBoundingClientRect()
  return { x: within((clientX - left) / width), y: within((clientY - top) / height) }
}

function moved({ x, y }: Place, by: Place, times: number): Place {
  return { x: within((x + by.x * times) / SIZE), y: within((y + by.y * times) / SIZE) }
}

function within(share: number): number {
  return Math.round(Math.min(1, Math.max(0, share)) * SIZE)
}
