import { WebSocket } from 'ws'
import { WebsocketProvider } from 'y-websocket'
import * as Y from 'yjs'
import { within } from '../deadline.js'

/** How a provider of a test connects. */
export interface ProviderOptions {
  readonly room?: string
  readonly params?: Record<string, string>
  readonly doc?: Y.Doc
}

/** The provider of y-websocket as it comes, on the WebSocket of `ws`. */
export class Provider {
  readonly doc: Y.Doc
  readonly provider: WebsocketProvider

  constructor(url: string, { room = 'one', params = {}, doc = new Y.Doc() }: ProviderOptions = {}) {
    this.doc = doc
    this.provider = new WebsocketProvider(url, room, doc, {
      WebSocketPolyfill: WebSocket as never,
      // Documents of one process would talk past the server.
      disableBc: true,
      params,
    })
  }

  get text(): Y.Text {
    return this.doc.getText('text')
  }

  /** Done when the server has said that this is all. */
  async synced(): Promise<this> {
    await this.until(() => this.provider.synced, 'sync')
    return this
  }

  /** Done when the text is this. */
  async reads(expected: string): Promise<void> {
    const what = () => `"${expected.slice(0, 80)}", not "${this.text.toJSON().slice(0, 80)}"`
    await this.until(() => this.text.toJSON() === expected, what)
  }

  /** Done when these are all that is shown. */
  async sees(...names: string[]): Promise<void> {
    const { awareness } = this.provider
    const seen = () =>
      [...awareness.getStates().values()]
        .map(({ name }) => String(name))
        .sort((a, b) => (a < b ? -1 : 1))
    const what = () => `${names.join(', ')}, not ${seen().join(', ')}`
    await this.until(() => seen().join() === names.toSorted().join(), what)
  }

  /** How the server closed it, for good. */
  closed(): Promise<{ code: number; reason: string }> {
    return within(
      new Promise((resolve) => this.provider.once('closed', resolve)),
      'the server to close the provider for good',
    )
  }

  /** Asks again whenever something has changed. */
  async until(isDone: () => boolean, what: string | (() => string), ms = 10_000): Promise<void> {
    const { doc, provider } = this
    let look: (() => void) | undefined
    const done = new Promise<void>((resolve) => {
      look = () => (isDone() ? resolve() : undefined)
      doc.on('update', look)
      provider.on('sync', look)
      provider.on('status', look)
      provider.awareness.on('change', look)
      look()
    })
    try {
      await within(done, what, ms)
    } finally {
      if (look) {
        doc.off('update', look)
        provider.off('sync', look)
        provider.off('status', look)
        provider.awareness.off('change', look)
      }
    }
  }

  end(): void {
    this.provider.destroy()
    this.provider.awareness.destroy()
    this.doc.destroy()
  }
}
