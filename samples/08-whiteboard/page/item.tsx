import { useRecord } from 'enfilade/react/documents'
import { memo, type CSSProperties } from 'react'
import { NOTE_SIZE, type Board, type Shape } from './board.js'

interface ItemProps {
  readonly board: Board | undefined
  readonly id: string
  readonly isSelected: boolean
  readonly isWriting: boolean
  readonly onWrite: (id: string | undefined) => void
}

/** One thing on the board. Renders when it changes, and when nothing else does. */
export const Item = memo(({ board, id, isSelected, isWriting, onWrite }: ItemProps) => {
  const shape = useRecord(board, id)
  if (!shape) return null
  const style = { '--hue': shape.hue, ...frameOf(shape) } as CSSProperties
  return (
    <div
      className={`item ${shape.type}`}
      data-id={id}
      data-selected={isSelected}
      data-form={shape.type === 'box' ? shape.form : undefined}
      style={style}
      onDoubleClick={() => shape.type === 'note' && onWrite(id)}
    >
      {shape.type === 'stroke' && <Line points={shape.points} />}
      {shape.type === 'note' &&
        (isWriting ? (
          <Writing board={board} id={id} text={shape.text} onEnd={() => onWrite(undefined)} />
        ) : (
          <p dir="auto">{shape.text}</p>
        ))}
      {isSelected && shape.type === 'box' && <span className="handle" data-handle="" />}
    </div>
  )
})
Item.displayName = 'Item'

function Line({ points }: { readonly points: readonly number[] }) {
  const path = pathOf(points)
  return (
    <svg width="1" height="1" aria-hidden="true">
      {/* Wider than it is seen, to be caught by a finger. */}
      <path className="reach" d={path} />
      <path d={path} />
    </svg>
  )
}

interface WritingProps {
  readonly board: Board | undefined
  readonly id: string
  readonly text: string
  readonly onEnd: () => void
}

function Writing({ board, id, text, onEnd }: WritingProps) {
  return (
    <textarea
      autoFocus
      dir="auto"
      aria-label="Text of the note"
      maxLength={2000}
      value={text}
      onFocus={({ currentTarget }) => currentTarget.select()}
      onChange={({ currentTarget: { value } }) =>
        board?.transact((tx) => tx.patch<'note'>(id, { text: value }), { group: `text ${id}` })
      }
      onBlur={onEnd}
      onKeyDown={(event) => {
        if (event.key === 'Escape') event.currentTarget.blur()
        // Letters are no shortcuts here.
        event.stopPropagation()
      }}
    />
  )
}

function frameOf(shape: Shape): CSSProperties {
  const place = { left: shape.x, top: shape.y }
  if (shape.type === 'stroke') return place
  if (shape.type === 'note') return { ...place, width: NOTE_SIZE, minHeight: NOTE_SIZE }
  return { ...place, width: shape.width, height: shape.height }
}

/** A curve through the middles of the points: smoother than the hand. */
function pathOf(points: readonly number[]): string {
  let path = `M${points[0] ?? 0} ${points[1] ?? 0}`
  for (let index = 2; index + 3 < points.length; index += 2) {
    const [x = 0, y = 0, nextX = 0, nextY = 0] = points.slice(index, index + 4)
    path += `Q${x} ${y} ${(x + nextX) / 2} ${(y + nextY) / 2}`
  }
  return `${path}L${points.at(-2) ?? 0} ${points.at(-1) ?? 0}`
}
