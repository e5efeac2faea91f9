import { DocumentStorageError } from './document-storage-error.js'
import type { DocumentStorage, DocumentStorages, StoredDocument } from './document-storage.js'
import { checkStorageKey } from './storage-key.js'

/** What is needed of a pool of `pg`. */
export interface PostgresPool {
  query(text: string, values?: unknown[]): Promise<{ readonly rows: readonly object[] }>
}

/** Where documents are kept. */
export interface PostgresStorageOptions {
  /** A `Pool` of `pg`; whoever made it ends it. */
  readonly pool: PostgresPool
  /**
   * The table of snapshots; the one of changes has `_changes` after it. Lower-case letters, digits
   * and `_`, with a schema in front if you like. Default: `enfilade_documents`.
   */
  readonly table?: string
}

/** PostgreSQL cuts names at 63 bytes, and `_changes_key` has to fit. */
const TABLE_NAME = /^([a-z_][a-z0-9_]{0,49}\.)?[a-z_][a-z0-9_]{0,49}$/

/** What two processes that create the same table at once may get. */
const UNIQUE_VIOLATION = '23505'

/**
 * Keeps documents in two tables of PostgreSQL. A document belongs to one process at a time.
 *
 * @throws TypeError for a table's name that cannot be one
 */
export class PostgresStorage implements DocumentStorages {
  readonly #pool: PostgresPool
  readonly #table: string

  constructor({ pool, table = 'enfilade_documents' }: PostgresStorageOptions) {
    if (!TABLE_NAME.test(table)) {
      throw new TypeError(`PostgresStorage: "${table}" cannot be the name of a table`)
    }
    this.#pool = pool
    this.#table = table
  }

  /** Creates the tables that are not there. */
  async createTables(): Promise<void> {
    const statement = `
      CREATE TABLE IF NOT EXISTS ${this.#table} (
        key text PRIMARY KEY,
        snapshot bytea NOT NULL,
        saved_at timestamptz NOT NULL DEFAULT now()
      );
      CREATE TABLE IF NOT EXISTS ${this.#table}_changes (
        key text NOT NULL,
        seq bigint GENERATED ALWAYS AS IDENTITY,
        change bytea NOT NULL,
        PRIMARY KEY (key, seq)
      )`
    try {
      await this.#pool.query(statement)
    } catch (error) {
      if ((error as { code?: unknown }).code !== UNIQUE_VIOLATION) throw error
      // Somebody else has just created them.
      await this.#pool.query(statement)
    }
  }

  open(key: string): DocumentStorage {
    checkStorageKey(key)
    return new PostgresDocument(this.#pool, this.#table, key)
  }
}

/** Each method is one statement, and so done as a whole or not at all. */
class PostgresDocument implements DocumentStorage {
  constructor(
    private readonly pool: PostgresPool,
    private readonly table: string,
    private readonly key: string,
  ) {}

  async load(): Promise<StoredDocument> {
    const { rows } = await this.pool.query(
      `SELECT snapshot AS bytes, 0 AS kind, 0 AS seq FROM ${this.table} WHERE key = $1
       UNION ALL
       SELECT change, 1, seq FROM ${this.table}_changes WHERE key = $1
       ORDER BY kind, seq`,
      [this.key],
    )
    const all = rows as readonly { bytes: unknown; kind: number }[]
    const bytesOf = ({ bytes }: { bytes: unknown }): Uint8Array => {
      if (bytes instanceof Uint8Array) return bytes
      throw new DocumentStorageError(`${this.table} has no bytes for "${this.key}"`)
    }
    const snapshot = all.find(({ kind }) => kind === 0)
    return {
      snapshot: snapshot && bytesOf(snapshot),
      changes: all.filter(({ kind }) => kind === 1).map(bytesOf),
    }
  }

  async save(snapshot: Uint8Array): Promise<void> {
    await this.pool.query(
      `WITH saved AS (
         INSERT INTO ${this.table} (key, snapshot) VALUES ($1, $2)
         ON CONFLICT (key) DO UPDATE SET snapshot = excluded.snapshot, saved_at = now()
       )
       DELETE FROM ${this.table}_changes WHERE key = $1`,
      [this.key, Buffer.from(snapshot)],
    )
  }

  async append(changes: readonly Uint8Array[]): Promise<void> {
    await this.pool.query(
      `INSERT INTO ${this.table}_changes (key, change)
       SELECT $1, change FROM unnest($2::bytea[]) WITH ORDINALITY AS t (change, n) ORDER BY n`,
      [this.key, changes.map((change) => Buffer.from(change))],
    )
  }
}
