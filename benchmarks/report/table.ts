import { grouped } from '../scenarios/scenario.js'
import type { Share } from './profile.js'
import type { Figure, LoadFigures, Row } from './row.js'

/** Past this share of its core, throughput says as much about the load generator. */
const GENERATOR_LIMIT = 0.8

/** The CPU time of a server whose process is not known. */
const UNKNOWN = '?'

const HEADS: Readonly<Record<Figure, readonly string[]>> = {
  cpu: ['server CPU', 'of the control', 'quartiles', 'throughput', 'server', 'load'],
  memory: ['memory', 'of the control'],
  startup: ['time', 'of the control'],
}

/** A column that some scenarios have. */
interface Extra {
  readonly head: (row: Row) => string
  readonly cell: (row: Row) => string | undefined
}

const EXTRAS: readonly Extra[] = [
  {
    head: () => 'growth',
    cell: ({ growth }) => (growth === undefined ? undefined : times(growth)),
  },
  {
    head: ({ reference }) => `of the control, ${reference?.name ?? ''}`,
    cell: ({ reference }) => (reference ? times(reference.ratio) : undefined),
  },
  { head: () => 'latency', cell: ({ latency }) => latency && milliseconds(latency.median) },
  { head: () => 'p99', cell: ({ latency }) => latency && milliseconds(latency.p99) },
  {
    head: () => 'pushes to each',
    cell: ({ pushes }) => (pushes === undefined ? undefined : `${grouped(pushes)}/s`),
  },
  { head: () => 'heap', cell: ({ heap }) => (heap === undefined ? undefined : bytes(heap)) },
]

/** The rows of a scenario as a Markdown table that can be read as it is, too. */
export function renderTable(rows: readonly Row[]): string {
  const [first] = rows
  if (!first) return ''
  const extras = EXTRAS.flatMap(({ head, cell }) => {
    const having = rows.find((row) => cell(row) !== undefined)
    return having ? [{ head: head(having), cell }] : []
  })
  const head = [first.scenario, ...HEADS[first.figure], ...extras.map((extra) => extra.head)]
  const body = rows.map((row) => [
    row.contender,
    ...cellsOf(row),
    ...extras.map(({ cell }) => cell(row) ?? ''),
  ])
  return renderCells(head, body)
}

/** The rows by scenario, in the order of the scenarios. */
export function byScenario(rows: readonly Row[]): Row[][] {
  const names = new Set(rows.map(({ scenario }) => scenario))
  return [...names].map((name) => rows.filter(({ scenario }) => scenario === name))
}

function cellsOf(row: Row): string[] {
  const { figure, ratio, spread, load } = row
  if (figure !== 'cpu') return [renderValue(row), times(ratio)]
  return [
    renderValue(row),
    times(ratio),
    spread ? spread.map((quartile) => quartile.toFixed(2)).join('–') : '',
    ...(load ? [perSecond(load), percent(load.serverShare), shareOf(load)] : []),
  ]
}

/** What was measured, in its unit. */
export function renderValue({ figure, value }: Row): string {
  switch (figure) {
    case 'cpu':
      return Number.isFinite(value) ? `${value.toFixed(2)} µs` : UNKNOWN
    case 'memory':
      return bytes(value)
    case 'startup':
      return `${Math.round(value)} ms`
  }
}

/** In brackets when it is the load generator's rather than the server's. */
export function perSecond(load: LoadFigures): string {
  const text = `${grouped(load.perSecond)}/s`
  return isLimited(load) ? `(${text})` : text
}

/** Flagged when throughput is the load generator's. */
function shareOf(load: LoadFigures): string {
  return isLimited(load) ? `${percent(load.loadShare)} !` : percent(load.loadShare)
}

function isLimited({ loadShare }: LoadFigures): boolean {
  return loadShare > GENERATOR_LIMIT
}

/** A Markdown table, its columns as wide as their widest cell. */
export function renderCells(head: readonly string[], body: readonly (readonly string[])[]): string {
  const widths = head.map((cell, column) =>
    Math.max(cell.length, ...body.map((cells) => (cells[column] ?? '').length)),
  )
  const line = (cells: readonly string[]): string => {
    const padded = cells.map((cell, column) => {
      const width = widths[column] ?? 0
      return column === 0 ? cell.padEnd(width) : cell.padStart(width)
    })
    return `| ${padded.join(' | ')} |`
  }
  const rule = widths.map((width, column) =>
    column === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`,
  )
  return [line(head), line(rule), ...body.map(line)].join('\n')
}

/** 1.5 -> 1.50 × */
export function times(ratio: number): string {
  return Number.isFinite(ratio) ? `${ratio.toFixed(2)} ×` : UNKNOWN
}

/** 0.5 -> 50 % */
export function percent(share: number): string {
  return Number.isFinite(share) ? `${Math.round(share * 100)} %` : UNKNOWN
}

function milliseconds(value: number): string {
  return `${value.toFixed(2)} ms`
}

function bytes(value: number): string {
  return `${grouped(value)} B`
}

/** The functions of a profile, heaviest first. */
export function renderShares(shares: readonly Share[]): string {
  return shares
    .map(({ name, share }) => `${(share * 100).toFixed(1).padStart(6)} %  ${name}`)
    .join('\n')
}
