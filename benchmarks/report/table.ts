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

/** The rows of a scenario as a Markdown table that can be read as it is, too. */
export function renderTable(rows: readonly Row[]): string {
  const [first] = rows
  if (!first) return ''
  const grows = rows.some(({ growth }) => growth !== undefined)
  const head = [first.scenario, ...HEADS[first.figure], ...(grows ? ['growth'] : [])]
  const body = rows.map((row) => [
    row.contender,
    ...cellsOf(row),
    ...(grows ? [row.growth === undefined ? '' : times(row.growth)] : []),
  ])
  return renderCells(head, body)
}

/** The rows by scenario, in the order of the scenarios. */
export function byScenario(rows: readonly Row[]): Row[][] {
  const names = new Set(rows.map(({ scenario }) => scenario))
  return [...names].map((name) => rows.filter(({ scenario }) => scenario === name))
}

function cellsOf({ figure, value, ratio, spread, load }: Row): string[] {
  switch (figure) {
    case 'cpu':
      return [
        Number.isFinite(value) ? `${value.toFixed(2)} µs` : UNKNOWN,
        times(ratio),
        spread ? spread.map((quartile) => quartile.toFixed(2)).join('–') : '',
        ...(load ? loadCells(load) : []),
      ]
    case 'memory':
      return [`${grouped(value)} B`, times(ratio)]
    case 'startup':
      return [`${Math.round(value)} ms`, times(ratio)]
  }
}

function loadCells({ perSecond, serverShare, loadShare }: LoadFigures): string[] {
  const limited = loadShare > GENERATOR_LIMIT
  return [
    limited ? `(${grouped(perSecond)}/s)` : `${grouped(perSecond)}/s`,
    percent(serverShare),
    percent(loadShare),
  ]
}

function renderCells(head: readonly string[], body: readonly (readonly string[])[]): string {
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

function times(ratio: number): string {
  return Number.isFinite(ratio) ? `${ratio.toFixed(2)} ×` : UNKNOWN
}

function percent(share: number): string {
  return Number.isFinite(share) ? `${Math.round(share * 100)} %` : UNKNOWN
}

/** The functions of a profile, heaviest first. */
export function renderShares(shares: readonly Share[]): string {
  return shares
    .map(({ name, share }) => `${(share * 100).toFixed(1).padStart(6)} %  ${name}`)
    .join('\n')
}
