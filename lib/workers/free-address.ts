import { createServer } from 'node:net'
import { WsListenError } from '../errors/ws-listen-error.js'
import type { WorkerAddress } from './worker-messages.js'

/**
 * Looks whether nobody else has the address: workers share their port, and would share it with a
 * stranger.
 *
 * @returns a promise that rejects with a `WsListenError` when it cannot be had
 */
export async function requireFreeAddress({ port, host }: WorkerAddress): Promise<void> {
  if (port === 0) return
  const probe = createServer()
  await new Promise<void>((resolve, reject) => {
    probe.once('error', (cause) => {
      const place = host === undefined ? `port ${port}` : `${host}:${port}`
      const text = `cannot listen on ${place}: it is in use, not allowed, or no address of this machine`
      reject(new WsListenError(text, { port, host }, { cause }))
    })
    probe.listen({ port, ...(host !== undefined && { host }), exclusive: true }, () =>
      probe.close(() => resolve()),
    )
  })
}
