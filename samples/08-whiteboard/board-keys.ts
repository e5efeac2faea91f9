import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** What somebody may do with a board. */
type May = 'none' | 'read' | 'write'

/**
 * The links of boards. Who has the key to write can make the one to read out of it, and nobody can
 * make the first out of the second.
 */
export class BoardKeys {
  constructor(private readonly secret: Uint8Array) {}

  /** Keys by a secret that is kept in a folder, so that links hold when the server starts again. */
  static in(folder: string): BoardKeys {
    mkdirSync(folder, { recursive: true })
    const file = join(folder, 'secret')
    if (!existsSync(file)) writeFileSync(file, randomBytes(32), { mode: 0o600 })
    return new BoardKeys(readFileSync(file))
  }

  /** A board that nobody has had. */
  create(): { board: string; key: string } {
    const board = randomBytes(6).toString('hex')
    return { board, key: this.#writeKey(board) }
  }

  mayWith(board: string, key: string): May {
    const write = this.#writeKey(board)
    if (isEqual(key, write)) return 'write'
    return isEqual(key, readKeyOf(write)) ? 'read' : 'none'
  }

  #writeKey(board: string): string {
    return createHmac('sha256', this.secret).update(board).digest('hex').slice(0, 24)
  }
}

/** The page does the same, to share a board with those who shall only look. */
function readKeyOf(writeKey: string): string {
  return createHash('sha256').update(writeKey).digest('hex').slice(0, 24)
}

function isEqual(a: string, b: string): boolean {
  return a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b))
}
