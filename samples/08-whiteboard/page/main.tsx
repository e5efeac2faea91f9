import { WsProvider } from 'enfilade/react'
import { StrictMode, useState } from 'react'
import { createRoot } from 'react-dom/client'
import { useAddress } from './address.js'
import { BoardView } from './board-view.js'
import { findMe } from './me.js'

/** The board that the address names, over a connection of its own. */
function App() {
  const { address, failed } = useAddress()
  const [me] = useState(findMe)
  if (!address) {
    return (
      <p className="empty">{failed ? 'The server cannot be reached.' : 'Opening a new board…'}</p>
    )
  }
  const { board, key } = address
  return (
    <WsProvider key={`${board}.${key}`} url="/ws" options={{ token: () => `${key}.${me.secret}` }}>
      <BoardView address={address} me={me} />
    </WsProvider>
  )
}

createRoot(document.getElementById('root') as HTMLElement).render(
  <StrictMode>
    <App />
  </StrictMode>,
)
