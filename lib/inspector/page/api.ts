export type { ConnectionDetails, ConnectionRow } from '../connection-rows.js'
export type { FramePage } from '../followed.js'
export type { Overview } from '../overview.js'
export type { Page } from '../page-query.js'
export type { RoomRow } from '../room-rows.js'
export type { RouteForm } from '../route-forms.js'
export type { RouteRow } from '../route-stats.js'
export type { Sample } from '../samples.js'

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
    // No header can hold other characters, so no key has them.
    if (/[^\x20-\x7e]/.test(this.#key)) throw new ApiError(401, 'The key is not right')
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
