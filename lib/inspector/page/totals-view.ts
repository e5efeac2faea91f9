import type { Overview } from './api.js'
import { count, h } from './dom.js'
import type { View } from './view.js'

type Counts = Readonly<Record<string, number | undefined>>

interface Group {
  readonly title: string
  readonly none: string
  readonly read: (counters: Overview['counters']) => Counts
}

const GROUPS: readonly Group[] = [
  { title: 'Errors by code', none: 'Nothing has failed', read: ({ errors }) => errors },
  { title: 'Dropped by cause', none: 'Nothing was dropped', read: ({ drops }) => drops },
  { title: 'Closed by code', none: 'Nobody has left', read: ({ closed }) => closed },
  { title: 'Refused by code', none: 'Nobody was refused', read: ({ refused }) => refused },
  {
    title: 'Transport',
    none: 'There is none, or it does not count',
    read: ({ transport }) => flat({ ...transport?.counters }),
  },
]

/** Counts within counts, such as losses by cause, are told as `lost: cause`. */
function flat(counters: Readonly<Record<string, unknown>>): Counts {
  const entries = Object.entries(counters).flatMap(([name, value]): [string, number][] => {
    if (typeof value === 'number') return [[name, value]]
    const within = Object.entries({ ...(value as Readonly<Record<string, number>>) })
    return within.map(([part, own]) => [`${name}: ${part}`, own])
  })
  return Object.fromEntries(entries)
}

/** What has been counted since the start. */
export class TotalsView implements View {
  readonly element = h('div', { class: 'cards' })
  #shown = ''

  update({ counters }: Overview): void {
    const groups = GROUPS.map(({ title, none, read }) => ({ title, none, counts: read(counters) }))
    const text = JSON.stringify(groups)
    if (text === this.#shown) return
    this.#shown = text
    this.element.replaceChildren(...groups.map(card))
  }
}

function card({ title, none, counts }: Omit<Group, 'read'> & { readonly counts: Counts }): Node {
  const entries = Object.entries(counts)
    .filter((entry): entry is [string, number] => typeof entry[1] === 'number' && entry[1] > 0)
    .sort(([, a], [, b]) => b - a)
  const most = Math.max(1, ...entries.map(([, value]) => value))
  const lines = entries.map(([name, value]) => {
    const fill = h('i')
    fill.style.width = `${((value / most) * 100).toFixed(1)}%`
    return h('li', {}, h('code', {}, name), h('b', {}, fill), h('span', {}, count(value)))
  })
  const body =
    lines.length > 0 ? h('ul', { class: 'bars' }, ...lines) : h('p', { class: 'note' }, none)
  return h('section', { class: 'card' }, h('h2', {}, title), body)
}
