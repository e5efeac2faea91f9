import { ApiError, type Api, type ConnectionDetails, type FramePage } from './api.js'
import { ago, bytes, count, h } from './dom.js'
import { FrameList } from './frame-list.js'

/** Where the panel is. */
export interface PanelOptions {
  readonly element: HTMLElement
  /** Makes room for it. */
  readonly around: HTMLElement
  /** A room of the connection was chosen. */
  readonly inRoom: (room: string) => void
}

/** One connection: who it is, what it sends and is sent, and what may be done with it. */
export class ConnectionPanel {
  readonly #api: Api
  readonly #options: PanelOptions
  readonly #facts = h('dl', { class: 'facts-list' })
  readonly #rooms = h('p', { class: 'chips' })
  readonly #frames = new FrameList()
  readonly #said = h('p', { class: 'said', role: 'status' })
  #id: string | undefined
  #roomNames = ''
  /** Nothing is left to be asked for. */
  #isGone = false

  constructor(api: Api, options: PanelOptions) {
    this.#api = api
    this.#options = options
    options.element.addEventListener('keydown', ({ key }) => {
      if (key === 'Escape') this.#hide()
    })
  }

  async open(id: string): Promise<void> {
    if (id === this.#id) return
    this.#id = id
    this.#isGone = false
    this.#roomNames = ''
    this.#frames.clear()
    this.#facts.replaceChildren()
    this.#rooms.replaceChildren()
    this.#said.textContent = ''
    const hide = h('button', { type: 'button', class: 'quiet', click: () => this.#hide() }, 'Done')
    const title = h('div', {}, h('h2', {}, 'Connection'), h('code', {}, id))
    this.#options.element.replaceChildren(
      h('div', { class: 'panel-head' }, title, hide),
      this.#facts,
      this.#rooms,
      this.#frames.element,
      h('section', { class: 'acts' }, this.#sendForm(), this.#closeForm(), this.#said),
    )
    this.#show(true)
    hide.focus({ preventScroll: true })
    await this.update().catch((error: unknown) => {
      this.#said.textContent = (error as Error).message
    })
  }

  async update(): Promise<void> {
    const id = this.#id
    if (id === undefined || this.#isGone) return
    try {
      const after = this.#frames.last
      const [details, { frames }] = await Promise.all([
        this.#api.get<ConnectionDetails>(`/connections/${id}`),
        this.#api.get<FramePage>(`/connections/${id}/frames`, { after }),
      ])
      if (id !== this.#id || after !== this.#frames.last) return
      this.#showFacts(details)
      this.#showRooms(details)
      this.#frames.add(frames)
    } catch (error) {
      if (!(error instanceof ApiError) || error.code !== 404) throw error
      if (id !== this.#id) return
      this.#isGone = true
      this.#said.textContent = 'The connection has closed'
    }
  }

  #showFacts({ user, address, subprotocol, since, queued, dropped }: ConnectionDetails): void {
    const facts: [string, string][] = [
      ['User', user ?? '–'],
      ['Address', address],
      ['Protocol', subprotocol || 'plain'],
      ['Open for', ago(Date.now() - since)],
      ['Waiting', bytes(queued)],
      ['Dropped', count(dropped)],
    ]
    this.#facts.replaceChildren(
      ...facts.map(([name, value]) => h('div', {}, h('dt', {}, name), h('dd', {}, value))),
    )
  }

  #showRooms({ rooms, roomNames }: ConnectionDetails): void {
    const names = JSON.stringify([rooms, roomNames])
    if (names === this.#roomNames) return
    this.#roomNames = names
    const chips = roomNames.map((name) =>
      h(
        'button',
        {
          ...{ type: 'button', class: 'chip', title: `Connections in ${name}` },
          click: () => this.#options.inRoom(name),
        },
        name,
      ),
    )
    const more = rooms - roomNames.length
    const rest = rooms === 0 ? 'In no room' : more > 0 ? `and ${count(more)} more` : ''
    this.#rooms.replaceChildren(...chips, h('span', { class: 'note' }, rest))
  }

  #sendForm(): HTMLElement {
    const event = h('input', { placeholder: 'Event', 'aria-label': 'Event', required: true })
    const path = h('input', { value: '/', 'aria-label': 'Path', required: true })
    const data = h('textarea', { rows: 2, placeholder: 'Data, as JSON', 'aria-label': 'Data' })
    const button = h('button', { type: 'submit' }, 'Send')
    return this.#form('Send a push', [event, path, data, button], async () => {
      const value = parse(data.value)
      const push = { event: event.value, path: path.value, data: value }
      const { sent } = await this.#act<{ sent: boolean }>('send', push)
      return sent ? 'Sent' : 'Not sent: the connection has closed, or too much waits for it'
    })
  }

  #closeForm(): HTMLElement {
    const code = h('input', {
      ...{ type: 'number', value: 4403, min: 1000, max: 4999, 'aria-label': 'Code' },
      class: 'short',
    })
    const reason = h('input', {
      ...{ value: 'Closed by an operator', 'aria-label': 'Reason', maxlength: 123 },
    })
    const button = h('button', { type: 'submit', class: 'danger' }, 'Close')
    return this.#form('Close the connection', [code, reason, button], async () => {
      await this.#act('close', { code: Number(code.value), reason: reason.value })
      return 'Closed'
    })
  }

  #form(title: string, fields: HTMLElement[], act: () => Promise<string>): HTMLElement {
    const submit = (event: Event): void => {
      event.preventDefault()
      const say = (text: string, isFault: boolean): void => {
        this.#said.textContent = text
        this.#said.classList.toggle('error', isFault)
      }
      act().then(
        (said) => say(said, false),
        (error: unknown) => say((error as Error).message, true),
      )
    }
    return h('form', { class: 'act', submit }, h('h3', {}, title), ...fields)
  }

  #act<T>(what: string, body: object): Promise<T> {
    return this.#api.post<T>(`/connections/${this.#id ?? ''}/${what}`, body)
  }

  #hide(): void {
    this.#id = undefined
    this.#show(false)
  }

  #show(isOpen: boolean): void {
    this.#options.element.hidden = !isOpen
    this.#options.around.classList.toggle('open', isOpen)
  }
}

function parse(text: string): unknown {
  try {
    return text.trim() === '' ? undefined : JSON.parse(text)
  } catch {
    throw new Error('The data is no JSON')
  }
}
