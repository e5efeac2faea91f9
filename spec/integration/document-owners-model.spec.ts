import { expect, it } from '@jest/globals'
import fc from 'fast-check'
import { DocumentReplica } from 'enfilade/client/documents'
import { MemoryStorage, StaleOwnerError } from 'enfilade/documents'
import type { TestApp, TestClient } from 'enfilade/testing'
import { BOARD, OwnedBoards } from '../support/documents/owned-boards.js'

const HISTORIES = Number(process.env.OWNER_HISTORIES ?? 5)
const APPS = 3

/** A replica whose connection is wherever it can be, and which tells what it knows to be durable. */
class Editor {
  readonly replica = new DocumentReplica()
  readonly durable = new Set<string>()
  readonly faults: unknown[] = []
  #client: TestClient | undefined
  #isOpen = false
  #edits = 0

  constructor(readonly name: string) {}

  get isConnected(): boolean {
    return this.#client?.isOpen === true
  }

  async connect(app: TestApp): Promise<void> {
    const client = await app.connect({ id: this.name, userId: this.name })
    this.#client = client
    void this.#listen(client)
  }

  /** Opens the document where it is not, as `enfilade/client` does after a pause. */
  open(): void {
    const client = this.#client
    if (this.#isOpen || !client?.isOpen) return
    this.#isOpen = true
    this.replica.opened((text) => {
      if (client.isOpen) client.send('$document', BOARD, JSON.parse(text))
    })
  }

  edit(): void {
    const id = `${this.name} ${++this.#edits}`
    this.replica.transact((tx) => {
      tx.put({ id, type: 'shape', x: this.#edits })
      if (tx.get('all')) tx.patch('all', { x: this.#edits })
      else tx.put({ id: 'all', type: 'shape', x: 0 })
    })
    this.replica.flush('durable').then(
      () => this.durable.add(id),
      (error: unknown) => this.faults.push(error),
    )
  }

  state(): string {
    const records = this.replica.records().sort((a, b) => (a.id < b.id ? -1 : 1))
    return JSON.stringify(records)
  }

  async #listen(client: TestClient): Promise<void> {
    const isOurs = ({ event, path }: { event: string; path: string }): boolean =>
      path === BOARD && event === '$document'
    try {
      for (;;) this.#take((await client.nextPush(isOurs)).data as { type: string; code?: number })
    } catch {
      // The connection is over.
      if (this.#client === client) this.#lose()
    }
  }

  #take(frame: { type: string; code?: number }): void {
    if (frame.type !== 'closed') {
      if (this.#isOpen) this.replica.receive(frame)
      return
    }
    // Nothing that happens between processes is the client's fault.
    if (Number(frame.code) >= 4000) this.faults.push(frame)
    this.#lose()
  }

  #lose(): void {
    if (!this.#isOpen) return
    this.#isOpen = false
    this.replica.closed()
  }
}

const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('edit' as const), who: fc.nat(3) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('serve' as const), app: fc.nat(APPS - 1) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('wait' as const), time: fc.nat(9_000) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('cut' as const), app: fc.nat(APPS - 1) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('mend' as const), app: fc.nat(APPS - 1) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('sleep' as const), app: fc.nat(APPS - 1) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('lose' as const), every: fc.nat(5) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('close' as const) }) },
)
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never

/** An owner that sleeps through its lease, and is talked to before it sees how late it is. */
const SLEEPER: Step[] = [
  { do: 'sleep', app: 1 },
  { do: 'wait', time: 9_000 },
  ...Array.from({ length: 4 }, (_, who): Step => ({ do: 'edit', who })),
  { do: 'edit', who: 0 },
]

/** What the applications themselves write down, each line once, wherever the document is. */
class Writers {
  readonly durable = new Set<string>()
  readonly faults: unknown[] = []
  #lines = 0

  write(app: TestApp): void {
    const line = `line ${++this.#lines};`
    this.#write(app, line).then(
      () => this.durable.add(line),
      (error: unknown) => {
        // The owner cannot be reached, or was lost; anything else is nobody's doing.
        const { code } = error as { code?: unknown }
        if (code !== 503 && code !== 504 && !(error instanceof StaleOwnerError))
          this.faults.push(error)
      },
    )
  }

  /** What is wrong with what is written in the end. */
  check(text: string): unknown[] {
    const lines = text.split(/(?<=;)/)
    const missing = [...this.durable].filter((line) => !lines.includes(line))
    const doubles = lines.filter((line, index) => lines.indexOf(line) !== index)
    return [
      ...this.faults,
      ...missing.map((line) => `${line} was durable, and is gone`),
      ...doubles.map((line) => `${line} was written twice`),
    ]
  }

  async #write(app: TestApp, line: string): Promise<void> {
    const board = await app.documents.open(BOARD)
    await board.transact((tx) => {
      const log = (tx.get('log')?.owner ?? '') as string
      tx.put({ id: 'log', type: 'note', owner: log + line })
    })
    await board.flush()
  }
}

class World {
  readonly #writers = new Writers()
  readonly editors = ['ann', 'bob', 'cid', 'dan'].map((name) => new Editor(name))
  readonly #boards: OwnedBoards
  #closed: TestApp | undefined
  /** How long they have been asleep. */
  readonly #asleep = new Map<TestApp, number>()
  #messages = 0

  constructor(boards: OwnedBoards) {
    this.#boards = boards
  }

  get apps(): TestApp[] {
    return this.#boards.apps.filter((app) => app !== this.#closed)
  }

  async begin(): Promise<void> {
    for (const [index, editor] of this.editors.entries()) {
      // The first app has the time of the others, and never sleeps: it is not the first owner.
      await editor.connect(this.#boards.apps[(index + 1) % APPS] as TestApp)
      await this.#boards.cluster.settle()
      editor.open()
    }
    await this.wait(100)
  }

  async run(one: Step): Promise<void> {
    const { cluster } = this.#boards
    if (one.do === 'edit') this.editors[one.who]?.edit()
    else if (one.do === 'serve') this.#writers.write(this.#boards.apps[one.app] as TestApp)
    else if (one.do === 'wait') await this.wait(one.time)
    else if (one.do === 'cut') this.#boards.cut(this.#boards.apps[one.app] as TestApp)
    else if (one.do === 'mend') await this.#mend(this.#boards.apps[one.app] as TestApp)
    else if (one.do === 'sleep') this.#sleep(this.#boards.apps[one.app] as TestApp)
    else if (one.do === 'close') await this.#close()
    else {
      cluster.hub.fate = (channel) => {
        if (one.every === 0 || !channel.startsWith('ws:documents:')) return 'arrives'
        return ++this.#messages % (one.every * 10) === 0 ? 'is lost' : 'arrives'
      }
    }
    await cluster.settle()
  }

  async wait(milliseconds: number): Promise<void> {
    for (let left = milliseconds; left > 0; left -= 500) {
      for (const editor of this.editors) {
        if (!editor.isConnected) await editor.connect(this.apps[0] as TestApp)
        editor.open()
      }
      for (let tick = 0; tick < 5; tick++) await this.#tick()
    }
  }

  /** Everything is well again, and goes on for long enough. */
  async end(): Promise<void> {
    this.#boards.cluster.hub.fate = () => 'arrives'
    for (const app of this.#boards.apps) await this.#mend(app)
    await this.wait(15_000)
  }

  /** What is wrong at the end. */
  async faults(): Promise<unknown[]> {
    const faults = this.editors.flatMap((editor) => editor.faults)
    const [first, ...others] = this.editors.map((editor) => editor.state())
    if (others.some((state) => state !== first)) faults.push(['they differ', first, ...others])
    const owner = this.#boards.owner()
    const log = this.editors[0]?.replica.get('log')
    faults.push(...this.#writers.check((log?.owner ?? '') as string))
    for (const { name, durable, replica } of this.editors) {
      if (replica.pending > 0) faults.push(`${name} waits for ${replica.pending}`)
      for (const id of durable) {
        if (!replica.get(id)) faults.push(`${id} was durable, and is gone`)
        if (owner && !owner.documents.get(BOARD)?.get(id)) faults.push(`${id} is not at the owner`)
      }
    }
    await this.#boards.cluster.close()
    return faults
  }

  async #tick(): Promise<void> {
    for (const app of this.#boards.apps) {
      const asleep = this.#asleep.get(app)
      if (asleep === undefined) await app.clock.advance(100)
      else this.#asleep.set(app, asleep + 100)
    }
    await this.#boards.cluster.settle()
  }

  /** It hears nobody, and its clock stands still; its clients may talk to it before it sees how late it is. */
  #sleep(app: TestApp): void {
    if (app === this.#boards.apps[0] || app === this.#closed || this.#asleep.has(app)) return
    this.#asleep.set(app, 0)
    this.#boards.cut(app)
  }

  async #mend(app: TestApp): Promise<void> {
    const asleep = this.#asleep.get(app) ?? 0
    this.#asleep.delete(app)
    this.#boards.mend(app)
    await app.clock.advance(asleep)
  }

  /** One app leaves in order; its clients go to another. The first app stays: it has the time. */
  async #close(): Promise<void> {
    const last = this.#boards.apps[APPS - 1] as TestApp
    if (this.#closed || this.#asleep.has(last)) return
    this.#closed = last
    await last.close()
  }
}

it(
  'whatever becomes of processes and messages, all agree in the end, and nothing durable is missing',
  async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 40 }), async (steps) => {
        // Somebody may hear nothing for long.
        const settings = { timeKeeper: 0, patience: 60_000 }
        const boards = await OwnedBoards.start(APPS, new MemoryStorage(), settings)
        const world = new World(boards)
        await world.begin()
        for (const one of steps) await world.run(one)
        await world.end()
        expect(await world.faults()).toEqual([])
      }),
      { numRuns: HISTORIES, examples: [[SLEEPER]] },
    )
  },
  30_000 + HISTORIES * 5_000,
)
