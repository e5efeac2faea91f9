import type { Api, Counters, NodeRow, Overview, Page, RoomRow, RouteRow } from './api.js'
import { ago, count, h, microseconds } from './dom.js'
import { Table } from './table.js'
import type { View } from './view.js'

/** The largest rooms. */
export class RoomsView implements View {
  readonly element: HTMLElement
  readonly #api: Api
  readonly #text = h('input', {
    ...{ type: 'search', placeholder: 'Part of a name', 'aria-label': 'Filter' },
    input: () => void this.update(),
  })
  readonly #found = h('span', { class: 'note', role: 'status' })
  readonly #table = new Table<RoomRow>([
    { title: 'Room', cell: ({ name }) => h('code', {}, name) },
    { title: 'Members here', cell: ({ members }) => count(members), isNumber: true },
  ])

  constructor(api: Api) {
    this.#api = api
    const bar = h('div', { class: 'bar' }, this.#text, this.#found)
    this.element = h('div', {}, bar, this.#table.element)
  }

  async update(): Promise<void> {
    const text = this.#text.value
    const { total, rows } = await this.#api.get<Page<RoomRow>>('/rooms', { text })
    if (text !== this.#text.value) return
    this.#found.textContent =
      total > rows.length ? `${rows.length} of ${count(total)}` : count(total)
    this.#table.show(rows, text === '' ? 'There are no rooms' : 'None matches')
  }
}

/** What each route does, the busiest first. */
export class RoutesView implements View {
  readonly #table = new Table<RouteRow>([
    { title: 'Event', cell: ({ event }) => event },
    { title: 'Path', cell: ({ pattern }) => h('code', {}, pattern) },
    { title: 'Handler', cell: ({ handler }) => handler },
    { title: 'A second', cell: ({ rate }) => count(rate), isNumber: true },
    { title: 'Messages', cell: ({ messages }) => count(messages), isNumber: true },
    { title: 'Failed', cell: ({ errors }) => count(errors), isNumber: true },
    { title: 'Median', cell: ({ p50 }) => microseconds(p50), isNumber: true },
    { title: '99 %', cell: ({ p99 }) => microseconds(p99), isNumber: true },
  ])
  readonly element = this.#table.element

  update({ routes }: Overview): void {
    const rows = [...routes].sort((a, b) => b.rate - a.rate || b.messages - a.messages)
    this.#table.show(rows, 'No message has come yet, or the middleware is not in the option use')
  }
}

interface Total {
  readonly what: string
  readonly key: string
  readonly value: number
}

const GROUPS: [title: string, read: (counters: Counters) => Readonly<Record<string, number>>][] = [
  ['Errors by code', ({ errors }) => errors],
  ['Dropped by cause', ({ drops }) => drops],
  ['Closed by code', ({ closed }) => closed],
  ['Refused by code', ({ refused }) => refused],
  ['Transport', ({ transport }) => transport?.counters ?? {}],
]

/** What has been counted since the start. */
export class TotalsView implements View {
  readonly #table = new Table<Total>([
    { title: 'What', cell: ({ what }) => what },
    { title: 'Which', cell: ({ key }) => h('code', {}, key) },
    { title: 'Since the start', cell: ({ value }) => count(value), isNumber: true },
  ])
  readonly element = this.#table.element

  update({ counters }: Overview): void {
    const rows = GROUPS.flatMap(([what, read]) =>
      Object.entries(read(counters)).map(([key, value]) => ({ what, key, value })),
    )
    this.#table.show(rows, 'Nothing has failed, been dropped or closed')
  }
}

/** The processes of the app. */
export class NodesView implements View {
  readonly #table = new Table<NodeRow>([
    {
      title: 'Process',
      cell: ({ id, isSelf }) =>
        h('code', {}, isSelf ? `${id.slice(0, 8)} (this one)` : id.slice(0, 8)),
    },
    { title: 'Up for', cell: ({ uptime }) => ago(uptime), isNumber: true },
    {
      title: 'Heard of',
      cell: ({ silence, isSelf }) => (isSelf ? 'now' : `${ago(silence)} ago`),
      isNumber: true,
    },
    { title: 'Connections', cell: ({ connections }) => count(connections), isNumber: true },
    { title: 'Rooms', cell: ({ rooms }) => count(rooms), isNumber: true },
  ])
  readonly element = this.#table.element

  update({ nodes }: Overview): void {
    this.#table.show(nodes, 'This process is alone')
  }
}
