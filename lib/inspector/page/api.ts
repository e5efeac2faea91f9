/** What the server says of itself, and of one connection. The shapes are those of its modules. */
export interface Sample {
  readonly at: number
  readonly connections: number
  readonly rooms: number
  readonly inFlight: number
  readonly queuedBytes: number
  readonly messages: number
  readonly replies: number
  readonly pushes: number
  readonly errors: number
  readonly drops: number
}

export interface RouteRow {
  readonly event: string
  readonly pattern: string
  readonly handler: string
  readonly messages: number
  readonly errors: number
  readonly rate: number
  readonly p50?: number
  readonly p99?: number
}

export interface NodeRow {
  readonly id: string
  readonly isSelf: boolean
  readonly uptime: number
  readonly silence: number
  readonly connections: number
  readonly rooms: number
}

export interface Counters {
  readonly connections: number
  readonly errors: Readonly<Record<string, number>>
  readonly drops: Readonly<Record<string, number>>
  readonly closed: Readonly<Record<string, number>>
  readonly refused: Readonly<Record<string, number>>
  readonly transport?: { readonly status: string; readonly counters?: Record<string, number> }
}

export interface Overview {
  readonly now: number
  readonly status: string
  readonly uptime: number
  readonly memory: number
  readonly counters: Counters
  readonly nodes: readonly NodeRow[]
  readonly samples: readonly Sample[]
  readonly routes: readonly RouteRow[]
}

export interface ConnectionRow {
  readonly id: string
  readonly user?: string
  readonly address: string
  readonly subprotocol: string
  readonly since: number
  readonly rooms: number
  readonly queued: number
  readonly dropped: number
}

export interface ConnectionDetails extends ConnectionRow {
  readonly roomNames: readonly string[]
}

export interface Page<Row> {
  readonly total: number
  readonly rows: readonly Row[]
}

export interface RoomRow {
  readonly name: string
  readonly members: number
}

export interface Frame {
  readonly number: number
  readonly at: number
  readonly way: 'in' | 'out'
  readonly text: string
  readonly bytes: number
}

/** A refusal, or no answer at all. */
export class ApiError extends Error {
  constructor(
    readonly code: number,
    message: string,
  ) {
    super(message)
  }
}

/** Asks the server, with the key. */
export class Api {
  readonly #path: string
  readonly #key: string

  constructor(path: string, key: string) {
    this.#path = `${path}/api`
    this.#key = key
  }

  get<T>(path: string, query: Readonly<Record<string, string | number>> = {}): Promise<T> {
    const search = new URLSearchParams(
      Object.entries(query).map(([name, value]) => [name, String(value)]),
    )
    return this.#ask<T>(`${path}?${search.toString()}`, {})
  }

  post<T>(path: string, body: object): Promise<T> {
    return this.#ask<T>(path, { method: 'POST', body: JSON.stringify(body) })
  }

  async #ask<T>(path: string, init: RequestInit): Promise<T> {
    const headers = { Authorization: `Bearer ${this.#key}` }
    let response: Response
    try {
      response = await fetch(this.#path + path, { ...init, headers })
    } catch {
      throw new ApiError(0, 'The server does not answer')
    }
    const body = (await response.json()) as T & { error?: { code: number; message: string } }
    if (body.error) throw new ApiError(body.error.code, body.error.message)
    return body
  }
}
