/** What a client sends, without its id. */
export interface LoadMessage {
  readonly event: string
  readonly path: string
  readonly data?: unknown
}

/** A reply or a push, whatever it looks like on the wire. */
export interface Answer {
  readonly id?: unknown
  readonly data?: unknown
  readonly error?: { readonly code?: unknown; readonly message?: unknown }
  readonly event?: unknown
  readonly path?: unknown
  readonly params?: unknown
}

/** How messages look on the wire of a server. */
export interface Wire {
  /** Path and query of the upgrade. */
  readonly target: string
  /** What the client has to send once it is connected, and how many messages come until it may go on. */
  readonly greeting?: { readonly send: string; readonly replies: number }
  encode(message: LoadMessage & { id: number }): string
  decode(text: string): Answer
}

/** The wire of Enfilade, which is also that of wooks, and of what is written by hand here. */
export const jsonWire: Wire = {
  target: '/',
  encode: (message) => JSON.stringify(message),
  decode: (text) => JSON.parse(text) as Answer,
}
