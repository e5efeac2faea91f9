import { WsError } from 'enfilade'
import type { DocumentEngine, DocumentSession } from 'enfilade/documents'

/** An engine that echoes bytes, and forgets everything. */
export class EchoEngine implements DocumentEngine {
  readonly clock = 0
  readonly told: string[] = []
  readonly wire = {
    receive: (session: DocumentSession, frame: string | Uint8Array): void => {
      if (typeof frame === 'string') throw new WsError(400, 'Bytes only')
      session.sendRaw(frame)
    },
    encode: (frame: { type: string }) =>
      frame.type === 'access' ? undefined : new TextEncoder().encode(frame.type),
  }
  connected({ id }: DocumentSession): void {
    this.told.push(`${id} came`)
  }
  disconnected({ id }: DocumentSession): void {
    this.told.push(`${id} went`)
  }
  attach(): void {}
  restore(): void {}
  onDurable(): void {}
  receive(): void {
    throw new Error('It has a wire of its own')
  }
  sessionState(): undefined {}
  resume(): void {}
  get(): undefined {}
  transact<T>(work: (transaction: unknown) => T): T {
    return work(undefined)
  }
  snapshot(): null {
    return null
  }
  loadSnapshot(): void {}
  encode(): Uint8Array {
    return new Uint8Array()
  }
}
