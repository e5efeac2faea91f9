import type { DocumentSocket } from '../../../lib/documents/document-socket.js'

/** A socket that remembers. */
export class FakeSocket implements DocumentSocket {
  readonly frames: any[] = []
  readonly texts: string[] = []
  closed: { code: number; reason: string } | undefined
  bufferedAmount = 0
  /** Thrown by `send`, when it is set. */
  failure: Error | undefined

  send(text: string): void {
    if (this.failure) throw this.failure
    if (this.closed) throw new Error('the socket is closed')
    this.texts.push(text)
    this.frames.push(JSON.parse(text))
  }

  close(code = 1000, reason = ''): void {
    this.closed ??= { code, reason }
  }

  /** The frames of a type. */
  of(type: string): any[] {
    return this.frames.filter((frame) => frame.type === type)
  }

  last(): any {
    return this.frames.at(-1)
  }
}
