import {
  createContext,
  createElement,
  useContext,
  useEffect,
  useState,
  type ReactNode,
} from 'react'
import { createWsClient } from '../client/create-ws-client.js'
import type { WsClientOptions } from '../client/options.js'
import type { WsClient } from '../client/ws-client.js'

const ClientContext = createContext<WsClient | undefined>(undefined)

/** A client of one's own, or where to connect to. */
export type WsProviderProps = { readonly children?: ReactNode } & (
  | { readonly client: WsClient; readonly url?: never; readonly options?: never }
  | { readonly client?: never; readonly url: string; readonly options?: WsClientOptions }
)

/**
 * Gives the hooks below it their client. With `url` it makes one when it is mounted, which it never
 * is on a server, and closes it afterwards; `options` are those of the first render. A `client` of
 * one's own is left open.
 */
export function WsProvider({ client, url, options, children }: WsProviderProps): ReactNode {
  const [own, setOwn] = useState<WsClient>()
  const [first] = useState(options)
  useEffect(() => {
    if (url === undefined) return undefined
    const made = createWsClient(url, first)
    setOwn(made)
    return () => {
      setOwn(undefined)
      made.close()
    }
  }, [url, first])
  return createElement(ClientContext.Provider, { value: client ?? own }, children)
}

/** The client of the nearest `WsProvider`; `undefined` on a server and until it is mounted. */
export function useClient(): WsClient | undefined {
  return useContext(ClientContext)
}
