import type { CSSProperties, ReactNode } from 'react'
import type { Tool } from './board.js'
import { HUES } from './me.js'

/** Tools, with their keys and pictures. */
const TOOLS: readonly { tool: Tool; name: string; key: string; picture: ReactNode }[] = [
  { tool: 'select', name: 'Select', key: 'V', picture: <path d="M6 4l12 7-5.4 1.5L10 18z" /> },
  {
    tool: 'note',
    name: 'Note',
    key: 'N',
    picture: <path d="M5 5h14v9l-5 5H5zM19 14h-5v5" />,
  },
  {
    tool: 'rectangle',
    name: 'Rectangle',
    key: 'R',
    picture: <rect x="4" y="6" width="16" height="12" rx="2" />,
  },
  {
    tool: 'ellipse',
    name: 'Ellipse',
    key: 'O',
    picture: <ellipse cx="12" cy="12" rx="8.5" ry="6.5" />,
  },
  { tool: 'pen', name: 'Pen', key: 'P', picture: <path d="M4 17c5-12 7 4 16-9" /> },
]

export const TOOL_KEYS = new Map(TOOLS.map(({ key, tool }) => [key.toLowerCase(), tool]))

const COLOURS = ['Yellow', 'Red', 'Pink', 'Violet', 'Blue', 'Teal', 'Green']

interface ToolbarProps {
  readonly tool: Tool
  readonly hue: number
  readonly canUndo: boolean
  readonly canRedo: boolean
  readonly hasSelection: boolean
  readonly onTool: (tool: Tool) => void
  readonly onHue: (hue: number) => void
  readonly onUndo: () => void
  readonly onRedo: () => void
  readonly onDelete: () => void
}

/** What one draws with. */
export function Toolbar(props: ToolbarProps) {
  const { tool, hue, canUndo, canRedo, hasSelection, onTool, onHue } = props
  return (
    <div className="toolbar" role="toolbar" aria-label="Tools">
      {TOOLS.map(({ tool: one, name, key, picture }) => (
        <button
          key={one}
          aria-pressed={tool === one}
          title={`${name} (${key})`}
          aria-label={name}
          onClick={() => onTool(one)}
        >
          <Picture>{picture}</Picture>
        </button>
      ))}
      <span className="gap" />
      <fieldset>
        <legend>Colour</legend>
        {HUES.map((one, index) => (
          <label key={one} title={COLOURS[index]} style={{ '--hue': one } as CSSProperties}>
            <input
              type="radio"
              name="hue"
              aria-label={COLOURS[index]}
              checked={hue === one}
              onChange={() => onHue(one)}
            />
          </label>
        ))}
      </fieldset>
      <span className="gap" />
      <Act
        name="Undo"
        keys="Ctrl+Z"
        path="M9 6L4.5 10.5 9 15M5 10.5h9a5 5 0 010 10h-2"
        isOff={!canUndo}
        onAct={props.onUndo}
      />
      <Act
        name="Redo"
        keys="Ctrl+Shift+Z"
        path="M15 6l4.5 4.5L15 15M19 10.5h-9a5 5 0 000 10h2"
        isOff={!canRedo}
        onAct={props.onRedo}
      />
      <Act
        name="Delete"
        keys="Del"
        path="M5 7h14M10 7V4.5h4V7M7 7l.8 12.5h8.4L17 7"
        isOff={!hasSelection}
        onAct={props.onDelete}
      />
    </div>
  )
}

interface ActProps {
  readonly name: string
  readonly keys: string
  readonly path: string
  readonly isOff: boolean
  readonly onAct: () => void
}

function Act({ name, keys, path, isOff, onAct }: ActProps) {
  return (
    <button aria-label={name} title={`${name} (${keys})`} disabled={isOff} onClick={onAct}>
      <Picture>
        <path d={path} />
      </Picture>
    </button>
  )
}

function Picture({ children }: { readonly children: ReactNode }) {
  return (
    <svg className="picture" viewBox="0 0 24 24" width="22" height="22" aria-hidden="true">
      {children}
    </svg>
  )
}
