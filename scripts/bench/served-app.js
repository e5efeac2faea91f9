// What the scripts that measure several processes have in common.
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'

/** Clock ticks of /proc/PID/stat in a second. */
const TICKS = 100

/**
 * Serves an app of this repository with `enfilade serve`, on a free port.
 *
 * @param app the path of its module from `scripts/`
 * @returns the process, and the port that it listens on
 */
export async function serve(app, { options = [], env = {} } = {}) {
  const [main, module] = ['../../dist/cli/main.js', `../${app}`].map(
    (path) => new URL(path, import.meta.url).pathname,
  )
  const all = ['serve', module, '--port', '0', '--host', '127.0.0.1', '--drain', '1', ...options]
  const child = spawn(process.execPath, [main, ...all], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ...env },
  })
  for await (const line of createInterface({ input: child.stdout })) {
    const [, port] = /listens on http:\/\/[^:]+:(\d+)/.exec(line) ?? []
    if (port === undefined) continue
    child.stdout.resume()
    return { child, port: Number(port) }
  }
  throw new Error('the app did not start')
}

/** Seconds of CPU time that a process has had. */
export function cpuOf(pid) {
  const [, rest] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')
  const fields = rest.split(' ')
  return (Number(fields[11]) + Number(fields[12])) / TICKS
}

/** The greater of the middle ones where there are two. */
export const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]
