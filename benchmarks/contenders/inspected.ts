import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { Inspector } from 'enfilade/inspector'

const KEY = 'the key of the benchmark'

export function createInspector(): Inspector {
  return new Inspector({ key: KEY })
}

/** Asks for what the page asks for, in a process of its own: what the browser does costs the server nothing. */
export function openPage(port: number): void {
  fork(fileURLToPath(new URL('./inspector-page.js', import.meta.url)), {
    env: { ...process.env, BENCH_PORT: String(port), BENCH_KEY: KEY },
  })
}
