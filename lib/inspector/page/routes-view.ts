import type { Api, RouteRow } from './api.js'
import { count, h, microseconds } from './dom.js'
import { ListView } from './list-view.js'

/** What each route does, the busiest first. */
export class RoutesView extends ListView<RouteRow> {
  constructor(api: Api) {
    super(api, {
      path: '/routes',
      hint: 'Filter by event, path or handler',
      empty: 'No message has come yet, or the middleware is not in the option use',
      key: ({ event, pattern, handler }) => `${event} ${pattern} ${handler}`,
      columns: [
        { title: 'Event', text: ({ event }) => event },
        { title: 'Path', text: ({ pattern }) => pattern, kind: 'code' },
        { title: 'Handler', text: ({ handler }) => handler, isMinor: true },
        { title: 'A second', text: ({ rate }) => count(rate), kind: 'number' },
        {
          title: 'Messages',
          text: ({ messages }) => count(messages),
          kind: 'number',
          isMinor: true,
        },
        { title: 'Failed', text: failed, draw: drawFailed, kind: 'number' },
        { title: 'Median to 99 %', text: times, draw: range },
      ],
    })
  }
}

function failed({ errors }: RouteRow): string {
  return count(errors)
}

function drawFailed(row: RouteRow): Node {
  return h('span', { class: row.errors > 0 && 'bad' }, failed(row))
}

const times = ({ p50, p99 }: RouteRow): string => `${microseconds(p50)} – ${microseconds(p99)}`

/** The scale: from a microsecond to ten seconds, by powers of ten. */
const DECADES = 7

function range(row: RouteRow): Node {
  const { p50, p99 } = row
  if (p50 === undefined || p99 === undefined) return document.createTextNode('–')
  const place = (value: number): number => (Math.log10(Math.max(1, value)) / DECADES) * 100
  const fill = h('i')
  fill.style.left = `${place(p50).toFixed(1)}%`
  fill.style.width = `${Math.max(2, place(p99) - place(p50)).toFixed(1)}%`
  const scale = h('b', { class: 'scale', title: 'From 1 µs to 10 s, by powers of ten' }, fill)
  return h('div', { class: 'meter' }, h('span', {}, times(row)), scale)
}
