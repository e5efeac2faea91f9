import { Client } from './client.js'
import { readOptions, type PerAttempt, type WsClientOptions } from './options.js'
import { createPlatform, toSocketUrl } from './platform.js'
import type { WsClient } from './ws-client.js'

/**
 * Connects to a server: Enfilade's, or any that speaks the wire of wooks. In browsers and in Node.
 *
 * @param url `ws:`, `wss:`, `http:` or `https:`; in a page it may be relative. A function is asked at
 * each attempt
 * @throws TypeError for a bad option or address, or when there is no WebSocket class
 */
export function createWsClient(
  url: PerAttempt<string | URL>,
  options: WsClientOptions = {},
): WsClient {
  const settings = readOptions(options)
  const platform = createPlatform(options.WebSocket)
  const fixed = typeof url === 'function' ? undefined : toSocketUrl(url)
  const address =
    typeof url === 'function' ? async () => toSocketUrl(await url()) : () => fixed ?? ''
  const client = new Client({ platform, settings, url: address })
  client.connect()
  return client
}
