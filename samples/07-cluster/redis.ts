import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { Program } from './program.js'

/** A Redis of this sample's own, with all its data in a folder that goes with it. */
export interface OwnRedis {
  readonly url: string
  readonly program: Program
  /** Ends it and removes its data. */
  stop(): Promise<void>
}

/** It is not started yet; who ends it before that ends nothing. */
export async function createRedis(): Promise<OwnRedis> {
  const port = await freePort()
  const folder = mkdtempSync(join(tmpdir(), 'enfilade-cluster-'))
  const start = () =>
    spawn(
      'redis-server',
      [
        ...['--port', String(port), '--bind', '127.0.0.1', '--dir', folder],
        // So that it knows after a kill what it knew before.
        ...['--save', '', '--appendonly', 'yes'],
      ],
      // Not in the group of the terminal: on Ctrl+C the nodes end first.
      { stdio: ['ignore', 'pipe', 'ignore'], detached: true },
    )
  const program = new Program(
    start,
    async (child) => {
      for await (const line of createInterface({ input: child.stdout as NodeJS.ReadableStream })) {
        if (!line.includes('Ready to accept connections')) continue
        // Read on, or it would wait for a reader when the pipe is full.
        child.stdout?.resume()
        console.log(`Redis listens on port ${port}: process ${child.pid}`)
        return
      }
      throw new Error('redis-server ended before it was ready')
    },
    () => console.log('Redis is gone'),
  )
  const stop = async () => {
    await program.stop()
    rmSync(folder, { recursive: true, force: true })
  }
  return { url: `redis://127.0.0.1:${port}`, program, stop }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
