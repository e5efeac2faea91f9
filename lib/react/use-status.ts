import { useCallback, useSyncExternalStore } from 'react'
import type { WsStatus } from '../client/connector.js'
import { useClient } from './ws-provider.js'

const nothing = (): void => undefined

/** How the client stands; `connecting` on a server and until there is one. */
export function useStatus(): WsStatus {
  const client = useClient()
  const subscribe = useCallback(
    (changed: () => void) => client?.onStatus(changed) ?? nothing,
    [client],
  )
  const status = (): WsStatus => client?.status ?? 'connecting'
  return useSyncExternalStore(subscribe, status, () => 'connecting')
}
