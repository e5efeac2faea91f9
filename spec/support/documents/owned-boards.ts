import { IsNumber, IsString } from 'class-validator'
import { container as root } from 'tsyringe'
import { Access, Session, WsError, type WsConnection } from 'enfilade'
import {
  CanWrite,
  Document,
  MemoryDocumentOwners,
  MemoryStorage,
  OnSessionRemoved,
  type DocumentLease,
  type DocumentOwners,
  type DocumentStorages,
  type SessionInfo,
} from 'enfilade/documents'
import type { TestApp, TestClient } from 'enfilade/testing'
import { createRecordingLogger } from '../recording-logger.js'
import { TestCluster } from '../test-cluster.js'

export const BOARD = '/board/1'

class Shape {
  @IsNumber() x!: number
}

class Note {
  @IsString() owner!: string
}

class Cursor {
  @IsNumber() at!: number
}

interface User {
  readonly id: string
  may?: 'none' | 'read' | 'write'
}

/** What hooks have heard, at any app. */
export const heard: unknown[] = []

@Document('/board/:board', {
  records: { shape: Shape, note: Note },
  presence: Cursor,
  storage: 'boards',
  owners: 'owners',
})
class BoardDocument {
  @Access() access(@Session() user: User) {
    return user.may ?? 'write'
  }

  @CanWrite('note') own(next: Note | undefined, before: Note | undefined, user: User) {
    if (before && before.owner !== user.id) throw new WsError(403, 'It is not yours')
    return next && Object.assign({}, next, { owner: user.id })
  }

  @OnSessionRemoved() left(session: SessionInfo, remaining: number) {
    const connection = session.meta as WsConnection
    heard.push([connection.userId, connection.isOpen, remaining])
    connection.send('bye', '/board', { from: connection.remoteAddress })
  }
}

/** One app's way to owners that it may lose. */
class CutOwners implements DocumentOwners {
  isCut = false

  constructor(private readonly inner: DocumentOwners) {}

  get ttl(): number {
    return this.inner.ttl
  }

  claim(path: string, node: string): Promise<DocumentLease> {
    return this.#ask(() => this.inner.claim(path, node))
  }

  renew(path: string, token: number): Promise<boolean> {
    return this.#ask(() => this.inner.renew(path, token))
  }

  release(path: string, token: number): Promise<void> {
    return this.#ask(() => this.inner.release(path, token))
  }

  onGone(listener: (node: string) => void): () => void {
    return this.inner.onGone?.(listener) ?? (() => undefined)
  }

  #ask<T>(work: () => Promise<T>): Promise<T> {
    return this.isCut ? Promise.reject(new Error('out of reach')) : work()
  }
}

/** Apps in memory whose boards have one owner, over one storage. */
export class OwnedBoards {
  /** What all apps logged. */
  readonly logger = createRecordingLogger()
  /** What the next one is who is asked for again. */
  authorized: object = {}
  /** Milliseconds of real time that clients wait. */
  patience = 4_000
  /** The index of {@link clockApp}; the last one by default. */
  timeKeeper: number | undefined
  readonly #owners = new Map<TestApp, CutOwners>()

  private constructor(
    readonly cluster: TestCluster,
    readonly storage: DocumentStorages,
    readonly shared: MemoryDocumentOwners,
  ) {}

  static async start(
    count: number,
    storage: DocumentStorages = new MemoryStorage(),
    settings: Partial<Pick<OwnedBoards, 'patience' | 'timeKeeper'>> = {},
  ): Promise<OwnedBoards> {
    heard.length = 0
    const cluster = await TestCluster.start(0, { controllers: [] })
    const shared: MemoryDocumentOwners = new MemoryDocumentOwners({
      ttl: 6_000,
      now: (): number => boards.clockApp?.clock.now() ?? 0,
    })
    const boards: OwnedBoards = Object.assign(new OwnedBoards(cluster, storage, shared), settings)
    for (let index = 0; index < count; index++) await boards.add()
    return boards
  }

  /** Whose clock the owners go by: that of one which is never stopped. */
  get clockApp(): TestApp | undefined {
    return this.timeKeeper === undefined ? this.apps.at(-1) : this.apps[this.timeKeeper]
  }

  get apps(): TestApp[] {
    return this.cluster.apps
  }

  async add(): Promise<TestApp> {
    const container = root.createChildContainer()
    const owners = new CutOwners(this.shared)
    container.registerInstance('boards', this.storage)
    container.registerInstance('owners', owners)
    const { logger, patience } = this
    const authorize = () => this.authorized
    const app = await this.cluster.add({
      authorize,
      controllers: [BoardDocument],
      container,
      logger,
      patience,
    })
    this.#owners.set(app, owners)
    return app
  }

  /** The app hears and reaches nobody any more, and goes on. */
  cut(app: TestApp): void {
    this.cluster.cut(app)
    ;(this.#owners.get(app) as CutOwners).isCut = true
  }

  mend(app: TestApp): void {
    this.cluster.mend(app)
    ;(this.#owners.get(app) as CutOwners).isCut = false
  }

  /** The app that has the document open. */
  owner(path = BOARD): TestApp | undefined {
    const found = this.apps.filter((app) => app.documents.get(path))
    if (found.length > 1) throw new Error('The document is open twice')
    return found[0]
  }

  async open(app: TestApp, id: string, user: object = {}): Promise<BoardPeer> {
    return new BoardPeer(await app.connect({ id, userId: id, ...user }), this.cluster)
  }

  /** A client that has the whole document. */
  async join(app: TestApp, id: string, user: object = {}): Promise<BoardPeer> {
    const peer = await this.open(app, id, user)
    await peer.connect()
    await peer.next('hello')
    await peer.next('synced')
    return peer
  }
}

/** A client of a board that writes each frame by hand. */
export class BoardPeer {
  readonly replica = crypto.randomUUID()

  constructor(
    readonly client: TestClient,
    private readonly cluster: TestCluster,
  ) {}

  connect(frame: object = {}): Promise<void> {
    return this.send({ type: 'connect', wire: 1, client: this.replica, schema: {}, ...frame })
  }

  async send(frame: unknown): Promise<void> {
    this.client.send('$document', BOARD, frame)
    await this.cluster.settle()
  }

  push(n: number, ...ops: unknown[]): Promise<void> {
    return this.send({ type: 'push', n, ops })
  }

  /** The next frame of a type; others stay for later calls. */
  async next(type: string): Promise<any> {
    const push = await this.client.nextPush(
      ({ event, path, data }) =>
        event === '$document' && path === BOARD && (data as { type: string }).type === type,
    )
    return push.data
  }
}

export const shape = (id: string, x: number) => ['put', { id, type: 'shape', x }]
