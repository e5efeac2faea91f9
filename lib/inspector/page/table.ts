import { h } from './dom.js'

/** A column of a table. */
export interface Column<Row> {
  readonly title: string
  /** What a cell says; it is drawn anew only when that changes. */
  readonly text: (row: Row) => string
  /** In place of the text alone. */
  readonly draw?: (row: Row) => Node
  readonly kind?: 'code' | 'number'
  /** Not to be seen where there is little room. */
  readonly isMinor?: boolean
}

/** What a table is about. */
export interface TableOptions<Row> {
  readonly columns: readonly Column<Row>[]
  /** What stays the same of a row, when it is told anew. */
  readonly key: (row: Row) => string
  readonly open?: (row: Row) => void
}

interface Line<Row> {
  row: Row
  readonly element: HTMLTableRowElement
  readonly texts: string[]
}

/**
 * A table that is told its rows again and again. Rows that stay keep their elements: a click that
 * began on one ends on it, and so do a selection and the focus.
 */
export class Table<Row> {
  readonly element: HTMLElement
  readonly #body = h('tbody')
  readonly #options: TableOptions<Row>
  #lines = new Map<string, Line<Row>>()

  constructor(options: TableOptions<Row>) {
    this.#options = options
    const heads = options.columns.map((column) =>
      h('th', { scope: 'col', class: classOf(column) }, column.title),
    )
    const table = h('table', {}, h('thead', {}, h('tr', {}, ...heads)), this.#body)
    this.element = h('div', { class: 'scroll' }, table)
  }

  show(rows: readonly Row[], empty: string): void {
    const { columns, key } = this.#options
    if (rows.length === 0) {
      this.#lines.clear()
      const cell = h('td', { class: 'empty', colspan: columns.length }, empty)
      this.#body.replaceChildren(h('tr', {}, cell))
      return
    }
    const lines = new Map<string, Line<Row>>()
    for (const row of rows) {
      const name = key(row)
      const line = this.#lines.get(name) ?? this.#newLine(row)
      line.row = row
      this.#fill(line)
      lines.set(name, line)
    }
    this.#lines = lines
    this.#arrange([...lines.values()].map(({ element }) => element))
  }

  /** Moves only what has to be moved. */
  #arrange(elements: readonly HTMLElement[]): void {
    const staying = new Set<Element>(elements)
    for (const child of [...this.#body.children]) if (!staying.has(child)) child.remove()
    for (const [index, element] of elements.entries()) {
      const there = this.#body.children[index]
      if (there !== element) this.#body.insertBefore(element, there ?? null)
    }
  }

  #newLine(row: Row): Line<Row> {
    const { columns, open } = this.#options
    const cells = columns.map((column) => h('td', { class: classOf(column) }))
    const element = h('tr', open ? { tabindex: 0, class: 'link-row' } : {}, ...cells)
    const line: Line<Row> = { row, element, texts: [] }
    const choose = (): void => {
      this.#body.querySelector('[aria-current]')?.removeAttribute('aria-current')
      element.setAttribute('aria-current', 'true')
      open?.(line.row)
    }
    if (open) {
      element.addEventListener('click', choose)
      element.addEventListener('keydown', (event) => {
        if (event.key === 'Enter') choose()
      })
    }
    return line
  }

  #fill({ row, element, texts }: Line<Row>): void {
    for (const [index, { text, draw }] of this.#options.columns.entries()) {
      const said = text(row)
      const cell = element.cells[index]
      if (!cell || texts[index] === said) continue
      texts[index] = said
      cell.replaceChildren(draw ? draw(row) : said)
      cell.classList.toggle('nothing', /^(0( B)?|–)$/.test(said))
    }
  }
}

function classOf<Row>({ kind, isMinor = false }: Column<Row>): string {
  return `${kind ?? ''}${isMinor ? ' minor' : ''}`
}
