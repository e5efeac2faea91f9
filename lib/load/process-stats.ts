import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'

/** CPU seconds a process has used, in user and system mode (Linux). */
export function processCpu(pid: number): number {
  return existsSync(`/proc/${pid}/schedstat`) ? scheduled(pid) : ticks(pid)
}

/** Nanoseconds, of every thread. */
function scheduled(pid: number): number {
  let sum = 0
  for (const thread of readdirSync(`/proc/${pid}/task`)) {
    sum += Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ')[0])
  }
  return sum / 1e9
}

/** Kernels without scheduler statistics count in ticks, mostly of 10 ms. */
function ticks(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  // The name in brackets may hold spaces: the fields are counted from behind it (proc(5)).
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const perSecond = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }))
  return (Number(fields[11]) + Number(fields[12])) / perSecond
}

/** Bytes of memory that a process holds. */
export function processRss(pid: number): number {
  const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8')
  return Number(/^Rss:\s+(\d+) kB$/m.exec(rollup)?.[1]) * 1024
}
