import type { Api, Page } from './api.js'
import { h } from './dom.js'
import { Pager } from './pager.js'
import { Table, type TableOptions } from './table.js'
import type { View } from './view.js'

/** What a list asks the server for, and how it shows it. */
export interface ListOptions<Row> extends TableOptions<Row> {
  readonly path: string
  /** What may be searched for. */
  readonly hint: string
  /** Said when there is nothing at all. */
  readonly empty: string
}

/** A long list of the server's, a page of it at a time, which is searched there. */
export class ListView<Row> implements View {
  readonly element: HTMLElement
  readonly #api: Api
  readonly #options: ListOptions<Row>
  readonly #text: HTMLInputElement
  readonly #pager = new Pager(() => this.refresh())
  readonly #table: Table<Row>
  readonly #bar: HTMLElement
  #query: Readonly<Record<string, string>> = {}
  #asked = 0

  constructor(api: Api, options: ListOptions<Row>) {
    this.#api = api
    this.#options = options
    this.#table = new Table(options)
    this.#text = h('input', {
      ...{ type: 'search', placeholder: options.hint, 'aria-label': 'Filter' },
      input: () => this.restart(),
    })
    this.#bar = h('div', { class: 'bar' }, this.#text, this.#pager.element)
    this.element = h('div', { class: 'list' }, this.#bar, this.#table.element)
  }

  /** Puts something else before the pager. */
  addToBar(element: HTMLElement): void {
    this.#bar.insertBefore(element, this.#pager.element)
  }

  /** What is asked for, beside the text. */
  ask(query: Readonly<Record<string, string>>): void {
    this.#query = query
    this.restart()
  }

  clearText(): void {
    this.#text.value = ''
  }

  /** From the first row on. */
  restart(): void {
    this.#pager.restart()
    this.refresh()
  }

  /** At once; if that fails, the next update says so. */
  refresh(): void {
    this.update().catch(() => undefined)
  }

  async update(): Promise<void> {
    const ask = ++this.#asked
    const text = this.#text.value.trim()
    const query = { text, ...this.#query, ...this.#pager.query }
    const page = await this.#api.get<Page<Row>>(this.#options.path, query)
    // A later question has been asked meanwhile.
    if (ask !== this.#asked) return
    if (!this.#pager.show(page)) return this.update()
    const isAll = text === '' && Object.keys(this.#query).length === 0
    this.#table.show(page.rows, isAll ? this.#options.empty : 'None matches')
  }
}
