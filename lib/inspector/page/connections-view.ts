import type { Api, ConnectionRow, Page } from './api.js'
import { ago, bytes, count, h } from './dom.js'
import { Table } from './table.js'
import type { View } from './view.js'

const LIMIT = 100

/** The connections of this process: the newest, or those with most of something. */
export class ConnectionsView implements View {
  readonly element: HTMLElement
  readonly #api: Api
  readonly #text = h('input', {
    ...{ type: 'search', placeholder: 'Id, user, address or room', 'aria-label': 'Filter' },
    input: () => void this.update(),
  })
  readonly #sort = h(
    'select',
    { 'aria-label': 'Order', change: () => void this.update() },
    h('option', { value: 'since' }, 'Newest first'),
    h('option', { value: 'queued' }, 'Most waiting'),
    h('option', { value: 'dropped' }, 'Most dropped'),
    h('option', { value: 'rooms' }, 'Most rooms'),
  )
  readonly #found = h('span', { class: 'note', role: 'status' })
  readonly #table: Table<ConnectionRow>
  #asked = 0

  constructor(api: Api, open: (id: string) => void) {
    this.#api = api
    this.#table = new Table<ConnectionRow>(
      [
        { title: 'Id', cell: ({ id }) => h('code', {}, id.slice(0, 8)) },
        { title: 'User', cell: ({ user }) => user ?? '–' },
        { title: 'Address', cell: ({ address }) => address },
        { title: 'Protocol', cell: ({ subprotocol }) => subprotocol || 'plain' },
        { title: 'Open for', cell: ({ since }) => ago(Date.now() - since), isNumber: true },
        { title: 'Rooms', cell: ({ rooms }) => count(rooms), isNumber: true },
        { title: 'Waiting', cell: ({ queued }) => bytes(queued), isNumber: true },
        { title: 'Dropped', cell: ({ dropped }) => count(dropped), isNumber: true },
      ],
      ({ id }) => open(id),
    )
    const bar = h('div', { class: 'bar' }, this.#text, this.#sort, this.#found)
    this.element = h('div', {}, bar, this.#table.element)
  }

  async update(): Promise<void> {
    const ask = ++this.#asked
    const query = { text: this.#text.value, sort: this.#sort.value, limit: LIMIT }
    const { total, rows } = await this.#api.get<Page<ConnectionRow>>('/connections', query)
    // A later question has been asked meanwhile.
    if (ask !== this.#asked) return
    this.#found.textContent =
      total > rows.length ? `${rows.length} of ${count(total)}` : count(total)
    this.#table.show(rows, query.text === '' ? 'Nobody is connected' : 'None matches')
  }
}
