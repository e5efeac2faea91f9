import { useClient, useStatus } from 'enfilade/react'
import { useOnline } from './use-online.js'

/** The state of the connection, where there is something to say about it. */
export function Connection({ note }: { readonly note: string }) {
  const client = useClient()
  const status = useStatus()
  const online = useOnline()
  const state = !online && status !== 'closed' ? 'offline' : status
  const texts: Partial<Record<typeof state, string>> = {
    offline: 'You are offline. The others see you again when you are back.',
    reconnecting: 'Connection lost. Reconnecting…',
    closed: 'Disconnected: the server ended the connection.',
  }
  const text = texts[state] ?? note
  return (
    <div className="banner" data-state={state} data-shown={text !== ''}>
      <p role="status">{text}</p>
      {state === 'closed' && <button onClick={() => client?.connect()}>Connect again</button>}
    </div>
  )
}
