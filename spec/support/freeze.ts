import { readdir, readFile } from 'node:fs/promises'
import { nextTurn } from './next-turn.js'

/**
 * Stops a process until it is sent SIGCONT. `kill` returns before each of its threads has seen
 * the signal, and one of them may still answer: done when none can. Where a system does not tell,
 * it is sent only.
 */
export async function freeze(pid: number): Promise<void> {
  process.kill(pid, 'SIGSTOP')
  while (!(await isFrozen(pid))) await nextTurn()
}

async function isFrozen(pid: number): Promise<boolean> {
  if (process.platform !== 'linux') return true
  const threads = await readdir(`/proc/${pid}/task`)
  const states = await Promise.all(
    // A thread may have ended since it was listed.
    threads.map((thread) => readFile(`/proc/${pid}/task/${thread}/status`, 'utf8').catch(() => '')),
  )
  return states.every((status) => /^State:\s+T/m.test(status))
}
