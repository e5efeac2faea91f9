import { fillPath } from '../../protocol/path-params.js'
import type { Api, RouteForm } from './api.js'
import { clock, h } from './dom.js'
import { paramsOf } from './route-path.js'
import { SchemaForm } from './schema-form.js'
import { TrySocket, type Answer, type Pushed } from './try-socket.js'
import type { View } from './view.js'

const KEPT = 50

/** Sends a message to any route, over a connection of its own, and shows what comes back. */
export class TryView implements View {
  readonly element: HTMLElement
  readonly #api: Api
  readonly #socket = new TrySocket((push) => this.#showPush(push))
  readonly #route = h('select', { id: 'try-route', change: () => this.#choose() })
  readonly #token = h('input', {
    ...{ id: 'try-token', autocomplete: 'off', placeholder: 'none' },
    change: () => this.#socket.close(),
  })
  readonly #params = h('div', { class: 'form' })
  readonly #data = h('div', { class: 'form' })
  readonly #results = h('ol', { class: 'results', 'aria-label': 'What came back', role: 'log' })
  #routes: readonly RouteForm[] = []
  #form = new SchemaForm(undefined)

  constructor(api: Api) {
    this.#api = api
    const submit = (event: Event): void => {
      event.preventDefault()
      void this.#send()
    }
    // The server is to say what is wrong, not the browser: so it may be tried.
    const form = h(
      'form',
      { class: 'card form', submit, novalidate: true },
      h('label', { for: 'try-route' }, 'Route'),
      this.#route,
      h('label', { for: 'try-token' }, 'Token, if authorize wants one'),
      this.#token,
      this.#params,
      this.#data,
      h('button', { type: 'submit' }, 'Send'),
    )
    this.#results.append(
      h('li', { class: 'empty' }, 'The reply appears here, and pushes that come meanwhile.'),
    )
    this.element = h('div', { class: 'try' }, form, this.#results)
  }

  async update(): Promise<void> {
    if (this.#routes.length > 0) return
    const { routes } = await this.#api.get<{ routes: RouteForm[] }>('/forms')
    if (this.#routes.length > 0) return
    this.#routes = routes
    this.#route.replaceChildren(
      ...routes.map(({ event, path }, index) => h('option', { value: index }, `${event}  ${path}`)),
    )
    this.#choose()
  }

  #choose(): void {
    const route = this.#routes[Number(this.#route.value)]
    if (!route) return
    const fields = paramsOf(route.path).map(({ name, isNeeded }) => {
      const hint = isNeeded ? undefined : h('span', { class: 'hint' }, 'optional')
      return h('label', {}, h('span', {}, name, hint), h('input', { name }))
    })
    this.#params.replaceChildren(...fields)
    this.#form = new SchemaForm(route.schema)
    this.#data.replaceChildren(this.#form.element)
  }

  async #send(): Promise<void> {
    const route = this.#routes[Number(this.#route.value)]
    if (!route) return
    const title = `${route.event} ${route.path}`
    try {
      const inputs = [...this.#params.querySelectorAll('input')]
      const values = Object.fromEntries(inputs.map(({ name, value }) => [name, value]))
      const message = { event: route.event, path: fillPath(route.path, values) }
      const sent = { ...message, data: this.#form.value }
      this.#showAnswer(
        `${message.event} ${message.path}`,
        await this.#socket.call(sent, this.#token.value),
      )
    } catch (error) {
      this.#show({ title, state: 'Failed', isFault: true, body: (error as Error).message })
    }
  }

  #showAnswer(title: string, { data, error, took }: Answer): void {
    const time = `${took < 10 ? took.toFixed(1) : Math.round(took)} ms`
    if (!error) {
      this.#show({ title, state: `OK · ${time}`, isFault: false, body: pretty(data ?? null) })
      return
    }
    const { code, message, details } = error
    const body = details === undefined ? message : `${message}\n${pretty(details)}`
    this.#show({ title, state: `${code} · ${time}`, isFault: true, body })
  }

  #showPush({ event, path, data }: Pushed): void {
    const body = data === undefined ? '' : pretty(data)
    this.#show({ title: `${event} ${path}`, state: 'Push', isFault: event === '$error', body })
  }

  #show({ title, state, isFault, body }: Result): void {
    this.#results.querySelector('.empty')?.remove()
    const head = h(
      'div',
      { class: 'result-head' },
      h('code', {}, title),
      h('span', { class: isFault ? 'badge bad' : 'badge' }, state),
      h('time', {}, clock(Date.now())),
    )
    this.#results.prepend(h('li', { class: 'result' }, head, h('pre', {}, body)))
    while (this.#results.children.length > KEPT) this.#results.lastChild?.remove()
  }
}

interface Result {
  readonly title: string
  readonly state: string
  readonly isFault: boolean
  readonly body: string
}

const pretty = (value: unknown): string => JSON.stringify(value, null, 2)
