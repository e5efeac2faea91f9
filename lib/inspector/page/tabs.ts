import type { Overview } from './api.js'
import { count, h } from './dom.js'
import type { View } from './view.js'

/** A tab, and what it shows. */
export interface Tab {
  /** In the address of the page. */
  readonly key: string
  readonly title: string
  readonly view: View
  /** Beside its title. */
  readonly count?: (overview: Overview) => number
}

/** Where they are. */
export interface TabsOptions {
  readonly bar: HTMLElement
  readonly view: HTMLElement
  /** Told when a view could not be updated. */
  readonly fail: (error: unknown) => void
}

/** A bar of tabs, of which one is to be seen; the address of the page remembers which. */
export class Tabs {
  readonly #options: TabsOptions
  readonly #tabs: readonly Tab[]
  readonly #buttons: readonly HTMLButtonElement[]
  readonly #counts = new Map<string, HTMLElement>()
  #chosen = 0
  #overview: Overview | undefined

  constructor(options: TabsOptions, tabs: readonly Tab[]) {
    this.#options = options
    this.#tabs = tabs
    this.#buttons = tabs.map(({ key, title }) => {
      const number = h('span', { class: 'tab-count', 'aria-hidden': 'true' })
      this.#counts.set(key, number)
      const attributes = { type: 'button', role: 'tab', id: `tab-${key}`, 'aria-controls': 'view' }
      return h('button', { ...attributes, click: () => this.choose(key) }, title, number)
    })
    options.bar.replaceChildren(...this.#buttons)
    options.bar.addEventListener('keydown', (event) => this.#step(event))
    this.choose(location.hash.slice(1))
  }

  choose(key: string): void {
    const index = this.#tabs.findIndex((tab) => tab.key === key)
    this.#chosen = Math.max(0, index)
    const { key: chosen = '', view } = this.#tabs[this.#chosen] ?? {}
    for (const [at, button] of this.#buttons.entries()) {
      button.setAttribute('aria-selected', String(at === this.#chosen))
      button.tabIndex = at === this.#chosen ? 0 : -1
    }
    history.replaceState(undefined, '', index <= 0 ? location.pathname : `#${chosen}`)
    if (view) this.#options.view.replaceChildren(view.element)
    this.#options.view.setAttribute('aria-labelledby', `tab-${chosen}`)
    const overview = this.#overview
    if (overview) this.update(overview).catch(this.#options.fail)
  }

  async update(overview: Overview): Promise<void> {
    this.showCounts(overview)
    await this.#tabs[this.#chosen]?.view.update(overview)
  }

  showCounts(overview: Overview): void {
    this.#overview = overview
    for (const { key, count: read } of this.#tabs) {
      const element = this.#counts.get(key)
      const text = read ? count(read(overview)) : ''
      if (element && element.textContent !== text) element.textContent = text
    }
  }

  /** As in any bar of tabs: arrows lead from one to the next. */
  #step(event: KeyboardEvent): void {
    const steps: Readonly<Record<string, number>> = { ArrowLeft: -1, ArrowRight: 1 }
    const step = steps[event.key]
    if (step === undefined) return
    event.preventDefault()
    const next = (this.#chosen + step + this.#tabs.length) % this.#tabs.length
    this.choose(this.#tabs[next]?.key ?? '')
    this.#buttons[next]?.focus()
  }
}
