import { renderChart } from './chart.js'
import type { Report, Row } from './row.js'
import {
  byScenario,
  perSecond,
  percent,
  renderCells,
  renderTable,
  renderValue,
  times,
} from './table.js'

/** What the page calls the contenders, in the order of its columns. */
const HEADS: Readonly<Record<string, string>> = {
  'uWebSockets.js by hand': 'control',
  enfilade: 'Enfilade',
  'ws by hand': '`ws`',
  wooks: 'wooks',
  'socket.io': 'socket.io',
  'NestJS, platform-ws': 'NestJS',
}

/** What the chart shows. */
const CHARTED = /^(RPC echo|Validated RPC.*|Broadcast to [\d,]+, 64 B), depth 16$|^Validated/

/** Between them stands what the harness writes. */
const START = '<!-- figures: written by `npm run bench -- --docs` -->'
const END = '<!-- /figures -->'

const PUSHED = `### When a server is pushed

Only the control and Enfilade, in several settings. \`server\` and \`load\` are shares of a core:`

/** What a cell of a table tells of a row. */
type Cell = (row: Row) => string

/** The chart of the page. */
export function chartOf({ rows }: Report): string {
  return renderChart(byScenario(rows.filter(({ scenario }) => CHARTED.test(scenario))))
}

/**
 * The page with the figures of a report in place of those it has.
 *
 * @throws Error when the page has no place for them
 */
export function withFigures(page: string, report: Report): string {
  const start = page.indexOf(START)
  const end = page.indexOf(END)
  if (start < 0 || end < start) throw new Error(`the page needs ${START} and ${END}`)
  return [page.slice(0, start + START.length), renderFigures(report), page.slice(end)].join('\n\n')
}

/** The report as it is committed beside the page. */
export function renderReport(report: Report): string {
  const short = (_key: string, value: unknown): unknown =>
    typeof value === 'number' ? Number(value.toPrecision(5)) : value
  return `${JSON.stringify(report, short, 2)}\n`
}

function renderFigures({ machine, date, rows }: Report): string {
  const scenarios = byScenario(rows)
  const under = scenarios.filter(([row]) => row?.figure === 'cpu')
  const others = scenarios.filter(([row]) => row?.figure !== 'cpu')
  const loaded = under.filter(isCompared)
  const own = under.filter((of) => !isCompared(of))
  const { node, cores, cpu, busy } = machine
  const load =
    busy === undefined ? '' : `, with a load average of ${busy.toFixed(1)} before it started`
  return [
    `One run on Node ${node.replace(/^v/, '')}, ${cores} cores of ${cpu}, ${date.slice(0, 10)}${load}.`,
    'Server CPU per message or delivery; the control’s in microseconds, the others as ratios to it:',
    comparison('server CPU', loaded, (row) =>
      row.ratio === 1 ? renderValue(row) : times(row.ratio),
    ),
    'Messages or deliveries per second, from one server process; in brackets when the load generator used more than 80 % of its core:',
    comparison('per second', loaded, ({ load }) => (load ? perSecond(load) : '')),
    'How much of its core the server used, and the load generator:',
    comparison('server / load', loaded, ({ load }) =>
      load ? `${percent(load.serverShare)} / ${percent(load.loadShare)}` : '',
    ),
    '### Growth',
    'What a message costs, beside the same contender’s cost with one route and with four rooms:',
    comparison(
      'growth',
      loaded.filter((of) => of.some(({ growth }) => growth !== undefined)),
      ({ growth }) => (growth === undefined ? '' : times(growth)),
    ),
    '### Memory and start-up',
    'Resident memory after collections, and the time from the start of the process until it listens:',
    comparison('', others, renderValue),
    ...(own.length === 0 ? [] : [PUSHED, ...own.map(renderTable)]),
  ].join('\n\n')
}

/** Whether others than Enfilade and the control took part. */
function isCompared(rows: readonly Row[]): boolean {
  const own = Object.keys(HEADS).slice(0, 2)
  return rows.some(({ contender }) => contender in HEADS && !own.includes(contender))
}

function comparison(title: string, scenarios: readonly (readonly Row[])[], cell: Cell): string {
  const names = Object.keys(HEADS).filter((name) =>
    scenarios.some((rows) => rows.some(({ contender }) => contender === name)),
  )
  const body = scenarios.map((rows) => [
    rows[0]?.scenario ?? '',
    ...names.map((name) => {
      const row = rows.find(({ contender }) => contender === name)
      return row ? cell(row) : ''
    }),
  ])
  return renderCells([title, ...names.map((name) => HEADS[name] ?? name)], body)
}
