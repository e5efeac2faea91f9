import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from '@jest/globals'
import { bundleFixture } from '../fixture.js'
import { fork, type Child } from '../fork.js'

/** Milliseconds for a writer to tell something, on a machine that has more to do than it can. */
const PATIENCE = 20_000

/** What a writer tells: everything up to here is durable. */
interface Report {
  durable: number
}

/**
 * Processes that write into one folder, one after the other; each is killed while it writes. The next
 * one gets ready meanwhile.
 */
export class DoomedWriters {
  /** Where they write. */
  readonly folder = mkdtempSync(join(tmpdir(), 'enfilade-kill-'))
  readonly #file: string
  readonly #env: Record<string, string>
  #next: Promise<Child>
  #writing: Child | undefined
  #isOver = false

  private constructor(file: string, env: Record<string, string>) {
    this.#file = file
    this.#env = { ...env, FOLDER: this.folder }
    this.#next = this.#fork()
  }

  /** @param fixture a module of `spec/support/fixtures/` that begins when it gets a message */
  static async start(fixture: string, env: Record<string, string> = {}): Promise<DoomedWriters> {
    return new DoomedWriters(await bundleFixture(`spec/support/fixtures/${fixture}`), env)
  }

  /**
   * Lets a process write until it has told of so much, then kills it. Any number will do: those of
   * `kill` are spread, and the same each time.
   *
   * @returns what it told last
   */
  async writeAndKill(kill: number): Promise<number> {
    const child = await this.#next
    // A test that took too long goes on without anybody to hear of it.
    if (this.#isOver) throw new Error('The writers were stopped')
    this.#next = this.#fork()
    this.#writing = child
    child.send('write')
    let durable = 0
    const next = async () => {
      durable = ((await child.nextMessage(isReport, PATIENCE)) as Report).durable
    }
    for (let left = 1 + ((kill * 7) % 23); left > 0; left--) await next()
    const exit = await child.kill()
    expect(exit.stderr).toBe('')
    // What it said with its last breath counts too.
    await expect(
      (async () => {
        for (;;) await next()
      })(),
    ).rejects.toThrow('ended')
    return durable
  }

  /** Ends the one that is ready, and one that still writes, and removes the folder. */
  async stop(): Promise<void> {
    this.#isOver = true
    await this.#writing?.kill()
    await (await this.#next).kill()
    rmSync(this.folder, { recursive: true })
  }

  #fork(): Promise<Child> {
    const child = fork(this.#file, { env: this.#env })
    // It is awaited when its turn comes.
    child.catch(() => undefined)
    return child
  }
}

function isReport(message: unknown): boolean {
  return (message as Partial<Report>).durable !== undefined
}
