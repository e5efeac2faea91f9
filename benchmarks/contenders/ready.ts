import { writeFileSync } from 'node:fs'
import type { Session } from 'node:inspector/promises'
import { setTimeout as pause } from 'node:timers/promises'

/** How many echo routes a contender registers: `echo-0` at `/echo/0` and so on. */
export const ROUTES = Number(process.env.BENCH_ROUTES ?? 1)

let profiler: Session | undefined

/** What the harness asks of a server, beside the load. */
type Request =
  | { readonly kind: 'collect' }
  | { readonly kind: 'profile' }
  | { readonly kind: 'profiled'; readonly file: string }

/** Tells the harness that the server listens, and stops it when the harness is gone. */
export function ready(port: number): void {
  process.send?.({ port })
  process.on('message', (request: Request) => {
    void answer(request).then(() => process.send?.({ heap: heap() }))
  })
  process.once('disconnect', () => process.exit(0))
}

async function answer(request: Request): Promise<void> {
  switch (request.kind) {
    case 'collect':
      await collectGarbage()
      return
    case 'profile':
      await startProfile()
      return
    case 'profiled': {
      const stopped = await profiler?.post('Profiler.stop')
      writeFileSync(request.file, JSON.stringify(stopped?.profile))
    }
  }
}

/** Bytes that JavaScript holds: objects, and buffers behind them. */
function heap(): number {
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

/** The inspector is loaded only here: start-up is measured, too. */
async function startProfile(): Promise<void> {
  const inspector = await import('node:inspector/promises')
  profiler = new inspector.Session()
  profiler.connect()
  await profiler.post('Profiler.enable')
  await profiler.post('Profiler.setSamplingInterval', { interval: 200 })
  await profiler.post('Profiler.start')
}

/**
 * The measure of memory starts contenders with `--expose-gc`, and asks before it looks. Pages are
 * given back by other threads, some time after the collection.
 */
async function collectGarbage(): Promise<void> {
  for (let round = 0; round < 4; round++) {
    globalThis.gc?.()
    await pause(50)
  }
}
