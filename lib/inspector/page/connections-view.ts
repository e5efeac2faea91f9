import type { Api, ConnectionRow } from './api.js'
import { ago, bytes, count, h } from './dom.js'
import { ListView } from './list-view.js'
import type { View } from './view.js'

/** The connections of this process: the newest, or those with most of something; perhaps of a room. */
export class ConnectionsView implements View {
  readonly element: HTMLElement
  readonly #list: ListView<ConnectionRow>
  readonly #sort = h(
    'select',
    { 'aria-label': 'Order', change: () => this.#ask() },
    h('option', { value: 'since' }, 'Newest first'),
    h('option', { value: 'queued' }, 'Most waiting'),
    h('option', { value: 'dropped' }, 'Most dropped'),
    h('option', { value: 'rooms' }, 'Most rooms'),
  )
  readonly #room = h('button', {
    ...{ type: 'button', class: 'chip', hidden: true, title: 'Connections of all rooms' },
    click: () => this.showRoom(undefined),
  })
  #name: string | undefined

  constructor(api: Api, open: (id: string) => void) {
    this.#list = new ListView<ConnectionRow>(api, {
      path: '/connections',
      hint: 'Filter by id, user, address or room',
      empty: 'Nobody is connected',
      key: ({ id }) => id,
      open: ({ id }) => open(id),
      columns: [
        { title: 'Id', text: ({ id }) => id.slice(0, 8), kind: 'code' },
        { title: 'User', text: ({ user }) => user ?? '–' },
        { title: 'Address', text: ({ address }) => address, isMinor: true },
        { title: 'Protocol', text: ({ subprotocol }) => subprotocol || 'plain', isMinor: true },
        { title: 'Open for', text: ({ since }) => ago(Date.now() - since), kind: 'number' },
        { title: 'Rooms', text: ({ rooms }) => count(rooms), kind: 'number', isMinor: true },
        { title: 'Waiting', text: ({ queued }) => bytes(queued), kind: 'number' },
        { title: 'Dropped', text: ({ dropped }) => count(dropped), kind: 'number', isMinor: true },
      ],
    })
    this.#list.addToBar(this.#room)
    this.#list.addToBar(this.#sort)
    this.element = this.#list.element
  }

  /** @param room `undefined` for all connections */
  showRoom(room: string | undefined): void {
    this.#name = room
    this.#room.hidden = room === undefined
    this.#room.replaceChildren(h('span', {}, room ?? ''), ' ×')
    this.#list.clearText()
    this.#ask()
  }

  update(): Promise<void> {
    return this.#list.update()
  }

  #ask(): void {
    const sort = this.#sort.value
    this.#list.ask(this.#name === undefined ? { sort } : { sort, room: this.#name })
  }
}
