import { WsError } from '../errors/ws-error.js'
import { LiveConnection } from '../runtime/live-connection.js'
import type { WsApp } from '../ws-app.js'
import { findConnections, toDetails, type ConnectionRow } from './connection-rows.js'
import type { FramePage, Following } from './followed.js'
import type { InspectorOptions } from './inspector-options.js'
import { JsonRoutes, type JsonRequest } from './json-routes.js'
import { overviewOf, type Overview } from './overview.js'
import { pageQueryOf, type Page } from './page-query.js'
import { findRooms } from './room-rows.js'
import { routeForms } from './route-forms.js'
import type { RouteTable } from './route-stats.js'
import type { Samples } from './samples.js'

/** What the page is told from. */
export interface InspectorParts {
  readonly app: WsApp
  readonly samples: Samples
  readonly routes: RouteTable
  readonly following: Following
}

const SORTS = ['since', 'queued', 'dropped', 'rooms'] as const

/** What the page asks for, and does. */
export class InspectorApi {
  readonly #parts: InspectorParts

  constructor(parts: InspectorParts) {
    this.#parts = parts
  }

  serve({ key, path }: Required<InspectorOptions>): void {
    new JsonRoutes(this.#parts.app.http, `${path}/api`, key)
      .get('/overview', ({ query }) => this.#overview(query))
      .get('/connections', ({ query }) => this.#connections(query))
      .get('/connections/:id', (request) => toDetails(this.#find(request)))
      .get('/connections/:id/frames', (request) => this.#frames(request))
      .get('/rooms', ({ query }) => findRooms(this.#parts.app.rooms, pageQueryOf(query)))
      .get('/routes', ({ query }) => this.#parts.routes.find(pageQueryOf(query)))
      .get('/forms', async () => ({ routes: await routeForms(this.#parts.app) }))
      .post('/connections/:id/close', (request) => this.#close(request))
      .post('/connections/:id/send', (request) => this.#send(request))
  }

  #overview(query: URLSearchParams): Overview {
    const { app, samples } = this.#parts
    return overviewOf(app, samples, Number(query.get('after') ?? 0))
  }

  #connections(query: URLSearchParams): Page<ConnectionRow> {
    const { server, rooms } = this.#parts.app
    const sort = SORTS.find((name) => name === query.get('sort')) ?? 'since'
    const room = query.get('room')
    const looked = room === null ? server.connections() : [...rooms.connections(room)]
    return findConnections(looked, { ...pageQueryOf(query), sort })
  }

  #frames(request: JsonRequest): FramePage {
    const after = Number(request.query.get('after') ?? 0)
    return { frames: this.#parts.following.read(this.#find(request), after, Date.now()) }
  }

  #close(request: JsonRequest): object {
    const { code = 4403, reason = 'Closed by an operator' } = request.body
    if (typeof code !== 'number' || typeof reason !== 'string') {
      throw new WsError(400, '"code" must be a number, and "reason" a text')
    }
    const connection = this.#find(request)
    try {
      connection.close(code, reason)
    } catch (error) {
      throw error instanceof RangeError ? new WsError(400, error.message) : error
    }
    return { closed: true }
  }

  #send(request: JsonRequest): object {
    const { event, path, data } = request.body
    if (typeof event !== 'string' || event === '' || typeof path !== 'string' || path === '') {
      throw new WsError(400, '"event" and "path" must be texts')
    }
    return { sent: this.#find(request).send(event, path, data) }
  }

  #find({ id }: JsonRequest): LiveConnection {
    const connection = this.#parts.app.server.getConnection(id)
    if (connection instanceof LiveConnection) return connection
    throw new WsError(404, 'This connection is not open in this process')
  }
}
