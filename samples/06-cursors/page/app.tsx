import { useState } from 'react'
import { BoardView } from './board-view.js'
import { useBoardName } from './use-board-name.js'

/** The board that the address names. */
export function App() {
  const name = useBoardName()
  const [attempt, setAttempt] = useState(0)
  return (
    <BoardView key={`${attempt} ${name}`} name={name} onRetry={() => setAttempt(attempt + 1)} />
  )
}
