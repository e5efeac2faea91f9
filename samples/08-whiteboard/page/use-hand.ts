import { useRef, type PointerEvent } from 'react'
import { newId, NOTE_SIZE, type Board, type Point, type Shape, type Tool } from './board.js'
import type { Camera } from './use-camera.js'

/** Closer than this a box was clicked, not drawn. */
const CLICK = 6
const BOX = { width: 200, height: 130 }
/** Points that one stroke may have: the server takes no more. */
const MAX_NUMBERS = 8000

/** What the hand is doing. */
interface Gesture {
  readonly kind: 'pan' | 'move' | 'size' | 'box' | 'pen'
  readonly id: string
  readonly from: Point
  readonly shape?: Shape | undefined
  readonly points: number[]
}

interface HandParts {
  readonly board: Board | undefined
  readonly canEdit: boolean
  readonly tool: Tool
  readonly hue: number
  readonly camera: Camera
  readonly pan: (by: Point) => void
  readonly onTool: (tool: Tool) => void
  readonly onSelect: (id: string | undefined) => void
  readonly onWrite: (id: string) => void
  readonly onPoint: (at: Point) => void
}

/** What pointers do on the board. */
export function useHand(parts: HandParts) {
  const { board, canEdit, tool, hue, camera, pan, onTool, onSelect, onWrite, onPoint } = parts
  const gesture = useRef<Gesture | undefined>(undefined)

  const placeOf = ({ clientX, clientY }: PointerEvent): Point => ({
    x: Math.round((clientX - camera.x) / camera.zoom),
    y: Math.round((clientY - camera.y) / camera.zoom),
  })

  const begin = (event: PointerEvent<HTMLElement>): void => {
    if (event.button > 1 || (event.target as HTMLElement).closest('textarea')) return
    const at = placeOf(event)
    const start = (kind: Gesture['kind'], id = '', shape?: Shape): void => {
      gesture.current = {
        kind,
        id,
        from: kind === 'pan' ? clientOf(event) : at,
        shape,
        points: [0, 0],
      }
      event.currentTarget.setPointerCapture(event.pointerId)
    }
    const target = event.target as HTMLElement
    const id = target.closest<HTMLElement>('[data-id]')?.dataset.id
    if (!board || !canEdit || event.button === 1) {
      start('pan')
    } else if (tool === 'select') {
      onSelect(id)
      if (id === undefined) start('pan')
      else start(target.dataset.handle === undefined ? 'move' : 'size', id, board.get(id))
    } else if (tool === 'note') {
      const made = newId()
      const [x, y] = [at.x - NOTE_SIZE / 2, at.y - NOTE_SIZE / 2]
      board.transact((tx) => tx.put({ id: made, type: 'note', x, y, hue, text: '' }))
      onTool('select')
      onWrite(made)
      // The writing gets the focus, not the board.
      event.preventDefault()
    } else {
      onSelect(undefined)
      start(tool === 'pen' ? 'pen' : 'box', newId())
    }
  }

  const move = (event: PointerEvent<HTMLElement>): void => {
    const at = placeOf(event)
    onPoint(at)
    const { current } = gesture
    if (!current || !board) return
    if (current.kind === 'pan') {
      const now = clientOf(event)
      pan({ x: now.x - current.from.x, y: now.y - current.from.y })
      gesture.current = { ...current, from: now }
    } else draw(board, current, at, { tool, hue })
  }

  const end = (event: PointerEvent<HTMLElement>): void => {
    const { current } = gesture
    gesture.current = undefined
    if (!current || !board || current.kind !== 'box') return
    const at = placeOf(event)
    const isClick = Math.abs(at.x - current.from.x) + Math.abs(at.y - current.from.y) < CLICK
    if (isClick) {
      const to = { x: current.from.x + BOX.width, y: current.from.y + BOX.height }
      draw(board, current, to, { tool, hue })
    }
    onTool('select')
    onSelect(current.id)
  }

  return { begin, move, end }
}

/** Everything that one gesture does is taken back as one. */
function draw(
  board: Board,
  { kind, id, from, shape, points }: Gesture,
  at: Point,
  { tool, hue }: { readonly tool: Tool; readonly hue: number },
): void {
  const by = { x: at.x - from.x, y: at.y - from.y }
  const group = `${kind} ${id} ${from.x} ${from.y}`
  board.transact(
    (tx) => {
      if (kind === 'move' && shape) {
        tx.patch(id, { x: shape.x + by.x, y: shape.y + by.y })
      } else if (kind === 'size' && shape?.type === 'box') {
        const width = Math.max(24, shape.width + by.x)
        tx.patch<'box'>(id, { width, height: Math.max(24, shape.height + by.y) })
      } else if (kind === 'box') {
        const form = tool === 'ellipse' ? 'ellipse' : 'rectangle'
        const corner = { x: Math.min(at.x, from.x), y: Math.min(at.y, from.y) }
        const size = { width: Math.max(1, Math.abs(by.x)), height: Math.max(1, Math.abs(by.y)) }
        tx.put({ id, type: 'box', ...corner, ...size, hue, form })
      } else if (kind === 'pen' && points.length < MAX_NUMBERS) {
        points.push(by.x, by.y)
        // What is added at the end of a list is all that travels.
        if (!tx.patch<'stroke'>(id, { points })) {
          tx.put({ id, type: 'stroke', x: from.x, y: from.y, hue, points })
        }
      }
    },
    { group },
  )
}

function clientOf({ clientX, clientY }: PointerEvent): Point {
  return { x: clientX, y: clientY }
}
