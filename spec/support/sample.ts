import { fork, type Child, type ForkOptions } from './fork.js'
import { freePort } from './free-port.js'

/** A sample that runs in a process of its own, from what `npm run build:samples` made. */
export interface Sample {
  readonly child: Child
  readonly port: number
  /** `ws://localhost:…`, without a path. */
  readonly url: string
}

/** Starts a sample as `npm run sample` does and waits until it prints its address. */
export async function startSample(name: string, options: ForkOptions = {}): Promise<Sample> {
  // A port of its own rather than 0, so that a sample can be started there again.
  const port = options.port ?? (await freePort())
  const ready = /(?:ws|http):\/\/localhost:(\d+)/
  const child = await fork(`build/samples/${name}/server.js`, { ready, ...options, port })
  return { child, port: child.port, url: `ws://localhost:${child.port}` }
}
