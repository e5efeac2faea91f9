import type { CliIo } from '../cli-io.js'
import type { BenchReport } from './bench-report.js'

/** A share of its core past which the load, not the server, is what was measured. */
const LIMIT = 0.9

/** The report as a table for people. */
export function renderReport(report: BenchReport, { style }: Pick<CliIo, 'style'>): string {
  const { target, route, connections, depth, seconds } = report
  const each = depth === 1 ? 'one message at a time' : `${depth} messages at a time`
  const what = `${route} · ${counted(connections, 'connection')}, ${each}, ${seconds} s`
  const rows = rowsOf(report)
  const width = Math.max(...rows.map(([name]) => name.length))
  const lines = rows.map(([name, value]) => `  ${style('dim', name.padEnd(width))}  ${value}\n`)
  const faults = faultsOf(report).map((fault) => `${style('red', fault)}\n`)
  const notes = notesOf(report).map((note) => `${style('yellow', note)}\n`)
  return `${style('bold', target)}  ${what}\n\n${lines.join('')}${tail(faults)}${tail(notes)}`
}

function tail(lines: readonly string[]): string {
  return lines.length === 0 ? '' : `\n${lines.join('')}`
}

function rowsOf(report: BenchReport): [name: string, value: string][] {
  const { latency, server, pushesPerSecond, generatorShare } = report
  const { p50, p99, max } = latency
  return [
    ['messages', `${grouped(report.perSecond)}/s`],
    ['latency', `p50 ${time(p50)}   p99 ${time(p99)}   max ${time(max)}`],
    ...(pushesPerSecond > 0 ? [['pushes', `${grouped(pushesPerSecond)}/s`] as const] : []),
    ...(server
      ? ([
          [
            'server CPU',
            `${server.cpuPerMillion.toFixed(2)} s per million messages, ${percent(server.share)} of a core`,
          ],
          ['server memory', `${grouped(server.memory / 1024 / 1024)} MiB`],
        ] as const)
      : []),
    ['load CPU', `${percent(generatorShare)} of a core`],
  ] as [string, string][]
}

function faultsOf({ errors, firstError, lost, unanswered }: BenchReport): string[] {
  const codes = Object.entries(errors).map(([code, count]) => `${grouped(count)} × ${code}`)
  return [
    ...(codes.length > 0 ? [`errors: ${codes.join(', ')}; the first is ${firstError ?? ''}`] : []),
    ...Object.entries(lost).map(
      ([how, count]) => `${counted(count, 'connection')} closed by the server ${how}`,
    ),
    ...(unanswered > 0 ? [`${counted(unanswered, 'message')} never answered`] : []),
  ]
}

function notesOf({ generatorShare, errors, server }: BenchReport): string[] {
  const isLimited = generatorShare > LIMIT
  return [
    ...(isLimited
      ? [
          'The load took all of its core: messages/s and latency are as much its own as the server’s.',
        ]
      : []),
    ...(errors['429'] === undefined
      ? []
      : [
          server
            ? 'A handler has a rate limit of its own: 429 is not what was to be measured.'
            : 'The server limits the rate of a connection (rateLimit): set it above the load.',
        ]),
  ]
}

function counted(count: number, noun: string): string {
  return `${grouped(count)} ${noun}${count === 1 ? '' : 's'}`
}

function grouped(value: number): string {
  return Math.round(value).toLocaleString('en')
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`
}

function time(milliseconds: number): string {
  return `${milliseconds < 10 ? milliseconds.toFixed(2) : milliseconds.toFixed(0)} ms`
}
