import { createServer, type AddressInfo } from 'node:net'
import { WsListenError } from '../errors/ws-listen-error.js'
import type { WorkerAddress } from './worker-messages.js'

/**
 * Looks whether nobody else has the address: workers share their port, and would share it with a
 * stranger.
 *
 * @returns a promise that rejects with a `WsListenError` when it cannot be had
 */
export async function requireFreeAddress(address: WorkerAddress): Promise<void> {
  if (address.port !== 0) await tryAddress(address)
}

/** A port that nobody has at this moment. uWebSockets.js shares none that it has picked itself. */
export function pickPort(host: string | undefined): Promise<number> {
  return tryAddress({ port: 0, host })
}

function tryAddress({ port, host }: WorkerAddress): Promise<number> {
  const probe = createServer()
  return new Promise((resolve, reject) => {
    probe.once('error', (cause) => {
      const place = host === undefined ? `port ${port}` : `${host}:${port}`
      const text = `cannot listen on ${place}: it is in use, not allowed, or no address of this machine`
      reject(new WsListenError(text, { port, host }, { cause }))
    })
    probe.listen({ port, ...(host !== undefined && { host }), exclusive: true }, () => {
      const { port: actual } = probe.address() as AddressInfo
      probe.close(() => resolve(actual))
    })
  })
}
