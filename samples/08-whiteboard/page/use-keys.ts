import { useEffect, useRef } from 'react'
import type { Board, Tool } from './board.js'
import { TOOL_KEYS } from './toolbar.js'

const STEP = 8

const ARROWS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-STEP, 0],
  ArrowRight: [STEP, 0],
  ArrowUp: [0, -STEP],
  ArrowDown: [0, STEP],
}

interface KeyParts {
  readonly board: Board | undefined
  readonly canEdit: boolean
  readonly selected: string | undefined
  readonly onTool: (tool: Tool) => void
  readonly onSelect: (id: string | undefined) => void
  readonly onDelete: () => void
}

/** What keys do, wherever the focus is but in a text. */
export function useKeys(parts: KeyParts): void {
  const latest = useRef(parts)
  useEffect(() => {
    latest.current = parts
  })
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent): void => {
      const isText = (event.target as HTMLElement).matches('input:not([type=radio]), textarea')
      if (!isText && press(event, latest.current)) event.preventDefault()
    }
    addEventListener('keydown', onKeyDown)
    return () => removeEventListener('keydown', onKeyDown)
  }, [])
}

/** Returns whether the key means something. */
function press(event: KeyboardEvent, parts: KeyParts): boolean {
  const { board, canEdit, selected, onTool, onSelect, onDelete } = parts
  if (!board || !canEdit) return false
  const key = event.key.toLowerCase()
  if (event.ctrlKey || event.metaKey) {
    if (key === 'y' || (key === 'z' && event.shiftKey)) return board.redo() || true
    return key === 'z' && (board.undo() || true)
  }
  const tool = TOOL_KEYS.get(key)
  if (tool) {
    onTool(tool)
    return true
  }
  if (event.key === 'Escape') {
    onTool('select')
    onSelect(undefined)
    return true
  }
  const shape = selected === undefined ? undefined : board.get(selected)
  if (!shape) return false
  if (event.key === 'Delete' || event.key === 'Backspace') {
    onDelete()
    return true
  }
  const by = ARROWS[event.key]
  // Arrows choose among colours, too.
  if (!by || (event.target as HTMLElement).matches('input')) return false
  const times = event.shiftKey ? 4 : 1
  board.transact(
    (tx) => tx.patch(shape.id, { x: shape.x + by[0] * times, y: shape.y + by[1] * times }),
    { group: `nudge ${shape.id}` },
  )
  return true
}
