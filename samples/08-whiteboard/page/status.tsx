import type { DocumentState } from 'enfilade/react/documents'
import type { Fields } from './board.js'
import { useOnline } from './use-online.js'

type StatusProps = Pick<DocumentState<Fields>, 'status' | 'access' | 'pending'>

/** How the board stands, in few words. */
export function Status({ status, access, pending }: StatusProps) {
  const isOnline = useOnline()
  const [state, text] = wordsFor({ status, access, pending }, isOnline)
  return (
    <p className="status" role="status" data-state={state}>
      {text}
    </p>
  )
}

function wordsFor({ status, access, pending }: StatusProps, isOnline: boolean): [string, string] {
  if (status === 'loading') return ['busy', 'Opening…']
  if (status === 'closed') return ['over', 'Closed']
  if (status !== 'synced' || !isOnline) {
    const kept = pending === 1 ? '1 change is kept here' : `${pending} changes are kept here`
    return ['offline', pending === 0 ? 'Offline' : `Offline · ${kept}`]
  }
  if (access === 'read') return ['read', 'You can look']
  return pending === 0 ? ['saved', 'Saved'] : ['busy', 'Saving…']
}
