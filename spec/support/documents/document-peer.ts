import type { StartedApp } from '../start-app.js'
import type { WireClient } from '../wire-client.js'

/** A client of a document that writes each frame by hand. */
export class DocumentPeer {
  constructor(
    readonly client: WireClient,
    readonly path: string,
  ) {}

  /** Opens a connection, and says nothing. */
  static async open(started: StartedApp, path: string, query = ''): Promise<DocumentPeer> {
    const client = await started.connect({ path: `/${query}`, protocols: 'enfilade.v1' })
    return new DocumentPeer(client, path)
  }

  /** Opens a connection and the document, and has all of it. */
  static async join(started: StartedApp, path: string, query = ''): Promise<DocumentPeer> {
    const peer = await DocumentPeer.open(started, path, query)
    await peer.connect().next('synced')
    return peer
  }

  /** Another document of the same connection. */
  at(path: string): DocumentPeer {
    return new DocumentPeer(this.client, path)
  }

  /** Connects as a replica that has nothing, or what the frame says. */
  connect(frame: object = {}): this {
    this.send({ type: 'connect', wire: 1, client: crypto.randomUUID(), schema: {}, ...frame })
    return this
  }

  send(frame: unknown): void {
    this.client.send('$document', this.path, frame)
  }

  push(n: number, ...ops: unknown[]): void {
    this.send({ type: 'push', n, ops })
  }

  /** The next frame of a type; others stay for later calls. */
  async next(type: string): Promise<any> {
    const push = await this.client.nextPush(
      ({ event, path, data }) =>
        event === '$document' && path === this.path && (data as { type: string }).type === type,
    )
    return push.data
  }

  /** The next `$error` about the document. */
  async refusal(): Promise<any> {
    const { data } = await this.client.nextPush(
      ({ event, path }) => event === '$error' && path === this.path,
    )
    return data
  }
}
