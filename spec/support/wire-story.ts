import type { WsApp } from 'enfilade'
import type { WorldClient } from './worlds.js'

const ID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|"[0-9a-f]{8}-\d+"/g

/** All that happened, without what is another each time: ids are numbered as they appear. */
export class WireStory {
  readonly #app: WsApp
  readonly #events: unknown[] = []
  readonly #clients: WorldClient[] = []

  constructor(app: WsApp) {
    this.#app = app
    const { events } = app
    const tell = (...event: unknown[]): unknown => this.#events.push(event)
    events.on('connect', ({ connection }) => tell('connect', connection.userId))
    events.on('disconnect', ({ connection, code }) => tell('disconnect', connection.userId, code))
    events.on('join', ({ connection, room }) => tell('join', connection.userId, room))
    events.on('leave', ({ connection, room }) => tell('leave', connection.userId, room))
    events.on('refuse', ({ code, reason, path }) => tell('refuse', code, reason, path))
    events.on('error', ({ code, message, event, path }) =>
      tell('error', code, message, event, path),
    )
  }

  add<C extends WorldClient>(client: C): C {
    this.#clients.push(client)
    return client
  }

  /** What the clients got, what the server heard of, and what it counted. */
  tell(): unknown {
    const { counters } = this.#app
    const { messages, replies, pushes, broadcasts, opened, closed, refused, errors, drops } =
      counters
    const story = {
      clients: this.#clients.map(({ records }) => records),
      events: this.#events,
      counters: {
        ...{ messages, replies, pushes, broadcasts, opened },
        ...{ closed: { ...closed }, refused: { ...refused }, errors: { ...errors } },
        drops: { ...drops },
      },
    }
    const names = new Map<string, string>()
    const text = JSON.stringify(story, (key, value: unknown) =>
      key === 'retryAfter' ? 'some milliseconds' : value,
    )
    return JSON.parse(
      text.replace(ID, (id) => {
        const isQuoted = id.startsWith('"')
        if (!names.has(id)) names.set(id, `#${names.size + 1}`)
        return isQuoted ? `"${names.get(id)}"` : String(names.get(id))
      }),
    )
  }
}
