import { h } from './dom.js'

/** A column of a table. */
export interface Column<Row> {
  readonly title: string
  readonly cell: (row: Row) => Node | string
  readonly isNumber?: boolean
}

/** A table whose rows are drawn anew, and whose chosen row may be opened by mouse or keyboard. */
export class Table<Row> {
  readonly element: HTMLElement
  readonly #body = h('tbody')
  readonly #columns: readonly Column<Row>[]
  readonly #open: ((row: Row) => void) | undefined

  constructor(columns: readonly Column<Row>[], open?: (row: Row) => void) {
    this.#columns = columns
    this.#open = open
    const heads = columns.map(({ title, isNumber }) =>
      h('th', { scope: 'col', class: isNumber === true && 'number' }, title),
    )
    const table = h('table', {}, h('thead', {}, h('tr', {}, ...heads)), this.#body)
    this.element = h('div', { class: 'scroll' }, table)
  }

  show(rows: readonly Row[], empty: string): void {
    if (rows.length === 0) {
      const cell = h('td', { class: 'empty', colspan: this.#columns.length }, empty)
      this.#body.replaceChildren(h('tr', {}, cell))
      return
    }
    const focused = this.#focused()
    this.#body.replaceChildren(...rows.map((row) => this.#row(row)))
    if (focused >= 0) (this.#body.children[focused] as HTMLElement | undefined)?.focus()
  }

  #focused(): number {
    return [...this.#body.children].indexOf(document.activeElement as Element)
  }

  #row(row: Row): HTMLElement {
    const cells = this.#columns.map(({ cell, isNumber }) =>
      h('td', { class: isNumber === true && 'number' }, cell(row)),
    )
    const open = this.#open
    if (!open) return h('tr', {}, ...cells)
    const keydown = (event: KeyboardEvent): void => {
      if (event.key === 'Enter') open(row)
    }
    return h('tr', { tabindex: 0, class: 'link-row', click: () => open(row), keydown }, ...cells)
  }
}
