import { setTimeout as pause } from 'node:timers/promises'

/** How many echo routes a contender registers: `echo-0` at `/echo/0` and so on. */
export const ROUTES = Number(process.env.BENCH_ROUTES ?? 1)

/** Tells the harness that the server listens, and stops it when the harness is gone. */
export function ready(port: number): void {
  process.send?.({ port })
  process.on('message', () => {
    void collectGarbage().then(() => process.send?.({ collected: true }))
  })
  process.once('disconnect', () => process.exit(0))
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
