import type { Api } from './api.js'
import { h } from './dom.js'
import { SchemaForm, type Schema } from './schema-form.js'
import type { View } from './view.js'

/** A route that may be tried. */
interface TriedRoute {
  readonly event: string
  readonly path: string
  readonly params: readonly string[]
  readonly schema?: Schema
}

const TIMEOUT = 10_000

/** Sends a message to any route, over a connection of its own, and shows what comes back. */
export class TryView implements View {
  readonly element: HTMLElement
  readonly #api: Api
  readonly #route = h('select', { 'aria-label': 'Route', change: () => this.#choose() })
  readonly #params = h('div', { class: 'form' })
  readonly #data = h('div', { class: 'form' })
  readonly #token = h('input', {
    ...{ 'aria-label': 'Token', placeholder: 'Token for authorize, if it wants one' },
    autocomplete: 'off',
    change: () => this.#socket?.close(),
  })
  readonly #result = h('pre', { class: 'result', role: 'status' })
  #routes: readonly TriedRoute[] = []
  #form = new SchemaForm(undefined)
  #socket: WebSocket | undefined
  #next = 1

  constructor(api: Api) {
    this.#api = api
    const submit = (event: Event): void => {
      event.preventDefault()
      void this.#send()
    }
    const form = h(
      'form',
      { class: 'form', submit },
      ...[this.#route, this.#token, this.#params, this.#data],
      h('button', { type: 'submit' }, 'Send'),
    )
    const shown = h('div', {}, h('h3', {}, 'What came back'), this.#result)
    this.element = h('div', { class: 'try' }, form, shown)
  }

  async update(): Promise<void> {
    if (this.#routes.length > 0) return
    const { routes } = await this.#api.get<{ routes: TriedRoute[] }>('/routes')
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
    const fields = route.params.map((name) =>
      h('label', {}, name, h('input', { name, required: true })),
    )
    this.#params.replaceChildren(...fields)
    this.#form = new SchemaForm(route.schema)
    this.#data.replaceChildren(this.#form.element)
  }

  async #send(): Promise<void> {
    const route = this.#routes[Number(this.#route.value)]
    if (!route) return
    try {
      const data = this.#form.value
      const socket = await this.#connected()
      const reply = await this.#call(socket, { event: route.event, path: this.#path(route), data })
      this.#result.textContent = JSON.stringify(reply, null, 2)
    } catch (error) {
      this.#result.textContent = (error as Error).message
    }
  }

  #path({ path }: TriedRoute): string {
    let filled = path
    for (const input of this.#params.querySelectorAll('input')) {
      filled = filled.replace(`:${input.name}`, encodeURIComponent(input.value))
    }
    return filled
  }

  async #connected(): Promise<WebSocket> {
    if (this.#socket?.readyState === WebSocket.OPEN) return this.#socket
    const url = new URL('/', location.href)
    url.protocol = url.protocol.replace('http', 'ws')
    const token = this.#token.value
    if (token !== '') url.searchParams.set('token', token)
    const protocols = token === '' ? ['enfilade.v1'] : ['enfilade.v1', `bearer.${token}`]
    const socket = (this.#socket = new WebSocket(url, protocols))
    await new Promise<void>((resolve, reject) => {
      socket.onmessage = () => resolve()
      socket.onclose = ({ code, reason }) =>
        reject(new Error(`Not let in: ${code} ${reason}`.trim()))
    })
    return socket
  }

  #call(socket: WebSocket, message: object): Promise<unknown> {
    const id = this.#next++
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error('No reply within 10 s')), TIMEOUT)
      const end = (act: () => void): void => {
        clearTimeout(timer)
        act()
      }
      socket.onmessage = ({ data }) => {
        const record = JSON.parse(String(data)) as { id?: number }
        if (record.id === id) end(() => resolve(record))
      }
      socket.onclose = ({ code, reason }) =>
        end(() => reject(new Error(`Closed with ${code} ${reason}`.trim())))
      socket.send(JSON.stringify({ ...message, id }))
    })
  }
}
