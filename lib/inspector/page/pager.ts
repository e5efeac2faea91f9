import { h } from './dom.js'

/** How many rows a page of a list has. */
const PAGE_ROWS = 100

/** Which part of a long list is shown, and the way to the others. */
export class Pager {
  readonly element: HTMLElement
  readonly #said = h('span', { class: 'note', role: 'status' })
  readonly #before: HTMLButtonElement
  readonly #after: HTMLButtonElement
  #offset = 0

  constructor(turn: () => void) {
    const button = (title: string, sign: string, step: number): HTMLButtonElement => {
      const click = (): void => {
        this.#offset = Math.max(0, this.#offset + step)
        turn()
      }
      const attributes = { type: 'button', class: 'quiet step', 'aria-label': title }
      return h('button', { ...attributes, hidden: true, click }, sign)
    }
    this.#before = button('Previous rows', '‹', -PAGE_ROWS)
    this.#after = button('Next rows', '›', PAGE_ROWS)
    this.element = h('div', { class: 'pager' }, this.#said, this.#before, this.#after)
  }

  /** For the server. */
  get query(): { readonly offset: number; readonly limit: number } {
    return { offset: this.#offset, limit: PAGE_ROWS }
  }

  /** Something else is asked for. */
  restart(): void {
    this.#offset = 0
  }

  /** @returns false when there is nothing here any more, and the list has to be asked for again */
  show({ total, rows }: { readonly total: number; readonly rows: readonly unknown[] }): boolean {
    if (rows.length === 0 && total > 0 && this.#offset > 0) {
      this.#offset = Math.floor((total - 1) / PAGE_ROWS) * PAGE_ROWS
      return false
    }
    const from = this.#offset
    const isPart = rows.length < total
    const all = total.toLocaleString('en')
    const range = [from + 1, from + rows.length].map((place) => place.toLocaleString('en'))
    const text = isPart ? `${range.join('–')} of ${all}` : `${all} in all`
    if (this.#said.textContent !== text) this.#said.textContent = text
    for (const step of [this.#before, this.#after]) step.hidden = !isPart
    this.#before.disabled = from === 0
    this.#after.disabled = from + rows.length >= total
    return true
  }
}
