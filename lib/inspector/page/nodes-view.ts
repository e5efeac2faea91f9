import type { Overview } from './api.js'
import { ago, count, h } from './dom.js'
import { Table } from './table.js'
import type { View } from './view.js'

type Node = Overview['nodes'][number]

/** Milliseconds after which a process is overdue: it is heard of every 5 s. */
const OVERDUE = 7_000

/** The processes of the app, and how they hear of each other. */
export class NodesView implements View {
  readonly #table = new Table<Node>({
    key: ({ id }) => id,
    columns: [
      { title: 'Process', text: ({ id }) => id.slice(0, 8), kind: 'code' },
      { title: 'State', text: stateOf, draw: state },
      { title: 'Up for', text: ({ uptime }) => ago(uptime), kind: 'number' },
      { title: 'Connections', text: ({ connections }) => count(connections), kind: 'number' },
      { title: 'Rooms', text: ({ rooms }) => count(rooms), kind: 'number' },
    ],
  })
  readonly #transport = h('p', { class: 'note' })
  readonly element = h('div', { class: 'list' }, this.#transport, this.#table.element)

  update({ nodes, counters }: Overview): void {
    const { transport } = counters
    this.#transport.textContent = transport
      ? `The transport of this process is ${transport.status}.`
      : 'This process has no transport that tells how it is: it knows of itself.'
    this.#table.show(nodes, 'This process is alone')
  }
}

function stateOf({ isSelf, silence }: Node): string {
  if (isSelf) return 'this one'
  return silence > OVERDUE ? `silent for ${ago(silence)}` : 'heard of'
}

function state(node: Node): HTMLElement {
  const isLate = !node.isSelf && node.silence > OVERDUE
  return h('span', { class: isLate ? 'state late' : 'state' }, stateOf(node))
}
