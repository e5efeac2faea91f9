import { useClient } from 'enfilade/react'
import { useEffect, useState } from 'react'

/** The name of the process one is connected to, where it is one of several that tell. */
export function useNode(): string {
  const client = useClient()
  const [node, setNode] = useState('')
  useEffect(() => client?.on<string>('node', '/node', setNode), [client])
  return node
}
