import { ApiError, type Api, type ConnectionDetails, type Frame } from './api.js'
import { ago, bytes, clock, count, h } from './dom.js'

const KEPT = 500

/** One connection: who it is, what it sends and is sent, and what may be done with it. */
export class ConnectionPanel {
  readonly #element: HTMLElement
  readonly #api: Api
  readonly #facts = h('dl', { class: 'facts-list' })
  readonly #rooms = h('p', { class: 'mono' })
  readonly #frames = h('ol', { class: 'frames', 'aria-label': 'Messages', tabindex: 0 })
  readonly #said = h('p', { class: 'note', role: 'status' })
  #id: string | undefined
  #last = 0

  constructor(element: HTMLElement, api: Api) {
    this.#element = element
    this.#api = api
    element.addEventListener('keydown', ({ key }) => {
      if (key === 'Escape') this.#hide()
    })
  }

  async open(id: string): Promise<void> {
    this.#id = id
    this.#last = 0
    this.#frames.replaceChildren()
    this.#said.textContent = ''
    const hide = h('button', { type: 'button', class: 'quiet', click: () => this.#hide() }, 'Done')
    this.#element.replaceChildren(
      h('div', { class: 'bar' }, h('h1', { class: 'mono' }, id), hide),
      this.#facts,
      h('h3', {}, 'Rooms'),
      this.#rooms,
      h('h3', {}, 'Messages, while this is open'),
      this.#frames,
      h('h3', {}, 'Send'),
      this.#sendForm(),
      h('h3', {}, 'Close'),
      this.#closeForm(),
      this.#said,
    )
    this.#element.hidden = false
    hide.focus()
    await this.update()
  }

  async update(): Promise<void> {
    const id = this.#id
    if (id === undefined) return
    try {
      const details = await this.#api.get<ConnectionDetails>(`/connections/${id}`)
      const { frames } = await this.#api.get<{ frames: Frame[] }>(`/connections/${id}/frames`, {
        after: this.#last,
      })
      if (id !== this.#id) return
      this.#show(details)
      this.#add(frames)
    } catch (error) {
      if (!(error instanceof ApiError) || error.code !== 404) throw error
      this.#said.textContent = 'The connection has closed'
    }
  }

  #show(details: ConnectionDetails): void {
    const { user, address, subprotocol, since, queued, dropped, roomNames, rooms } = details
    const facts: [string, string][] = [
      ['User', user ?? '–'],
      ['Address', address],
      ['Protocol', subprotocol || 'plain'],
      ['Open for', ago(Date.now() - since)],
      ['Waiting', bytes(queued)],
      ['Dropped', count(dropped)],
    ]
    this.#facts.replaceChildren(
      ...facts.flatMap(([name, value]) => [h('dt', {}, name), h('dd', {}, value)]),
    )
    const more = rooms > roomNames.length ? ` and ${rooms - roomNames.length} more` : ''
    this.#rooms.textContent = rooms === 0 ? 'In none' : roomNames.join('  ') + more
  }

  #add(frames: readonly Frame[]): void {
    const list = this.#frames
    const isAtEnd = list.scrollHeight - list.scrollTop - list.clientHeight < 40
    for (const { number, at, way, text } of frames) {
      this.#last = number
      list.append(
        h(
          'li',
          { class: way },
          h('time', {}, clock(at)),
          h(
            'span',
            { class: 'way', title: way === 'in' ? 'from the client' : 'to the client' },
            way === 'in' ? '→' : '←',
          ),
          h('code', {}, text),
        ),
      )
    }
    while (list.children.length > KEPT) list.firstChild?.remove()
    if (isAtEnd) list.scrollTop = list.scrollHeight
  }

  #sendForm(): HTMLElement {
    const event = h('input', {
      name: 'event',
      placeholder: 'Event',
      'aria-label': 'Event',
      required: true,
    })
    const path = h('input', { name: 'path', value: '/', 'aria-label': 'Path', required: true })
    const data = h('textarea', { name: 'data', placeholder: 'Data, as JSON', 'aria-label': 'Data' })
    return this.#form('Send', [event, path, data], async () => {
      const value: unknown = data.value.trim() === '' ? undefined : JSON.parse(data.value)
      await this.#act('send', { event: event.value, path: path.value, data: value })
      return 'Sent'
    })
  }

  #closeForm(): HTMLElement {
    const code = h('input', {
      type: 'number',
      value: 4403,
      min: 1000,
      max: 4999,
      'aria-label': 'Code',
    })
    const reason = h('input', {
      value: 'Closed by an operator',
      'aria-label': 'Reason',
      maxlength: 123,
    })
    return this.#form('Close', [code, reason], async () => {
      await this.#act('close', { code: Number(code.value), reason: reason.value })
      return 'Closed'
    })
  }

  #form(title: string, fields: HTMLElement[], act: () => Promise<string>): HTMLElement {
    const isDanger = title === 'Close'
    const button = h('button', { type: 'submit', class: isDanger && 'danger' }, title)
    const submit = (event: Event): void => {
      event.preventDefault()
      act().then(
        (said) => (this.#said.textContent = said),
        (error: unknown) => (this.#said.textContent = (error as Error).message),
      )
    }
    return h('form', { class: 'form', submit }, ...fields, button)
  }

  #act(what: string, body: object): Promise<unknown> {
    return this.#api.post(`/connections/${this.#id ?? ''}/${what}`, body)
  }

  #hide(): void {
    this.#id = undefined
    this.#element.hidden = true
  }
}
