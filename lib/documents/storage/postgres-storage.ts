import { DocumentStorageError } from './document-storage-error.js'
import type { DocumentStorage, DocumentStorages, StoredDocument } from './document-storage.js'
import { StaleOwnerError } from './stale-owner-error.js'
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
   * The table of snapshots; the one of changes has `_changes` after it, the one of tokens `_owners`.
   * Lower-case letters, digits and `_`, with a schema in front if you like. Default:
   * `enfilade_documents`.
   */
  readonly table?: string
}

/** PostgreSQL cuts names at 63 bytes, and `_changes_key` has to fit. */
const TABLE_NAME = /^([a-z_][a-z0-9_]{0,49}\.)?[a-z_][a-z0-9_]{0,49}$/

/** What two processes that create the same table at once may get. */
const UNIQUE_VIOLATION = '23505'

/**
 * Keeps documents in PostgreSQL. A document belongs to one process at a time, unless its engine merges
 * what several write, as that of Yjs does.
 *
 * @throws TypeError for a table's name that cannot be one
 */
export class PostgresStorage implements DocumentStorages {
  readonly checksTokens = true
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
      );
      CREATE TABLE IF NOT EXISTS ${this.#table}_owners (
        key text PRIMARY KEY,
        token bigint NOT NULL
      )`
    try {
      await this.#pool.query(statement)
    } catch (error) {
      if ((error as { code?: unknown }).code !== UNIQUE_VIOLATION) throw error
      // Somebody else has just created them.
      await this.#pool.query(statement)
    }
  }

  open(key: string, token?: number): DocumentStorage {
    checkStorageKey(key)
    return new PostgresDocument(this.#pool, this.#table, { key, token })
  }
}

/** How often a merge is begun again since another process was faster. */
const MERGE_TRIES = 10

interface StoredRow {
  readonly bytes: unknown
  readonly kind: number
  readonly seq: string
  readonly version: string | null
}

/** What is stored, and what tells whether it still is the same. */
interface ReadDocument {
  readonly stored: StoredDocument
  readonly version: string | undefined
  readonly seqs: readonly string[]
}

/** Each method is one statement, and so done as a whole or not at all. */
class PostgresDocument implements DocumentStorage {
  readonly #key: string
  readonly #token: number | undefined

  constructor(
    private readonly pool: PostgresPool,
    private readonly table: string,
    { key, token }: { readonly key: string; readonly token: number | undefined },
  ) {
    this.#key = key
    this.#token = token
  }

  async load(): Promise<StoredDocument> {
    // A statement of its own, and first: what others wrote before it is seen by the next.
    await this.#noteToken()
    return (await this.#read()).stored
  }

  async merge(merge: (stored: StoredDocument) => Uint8Array): Promise<void> {
    for (let left = MERGE_TRIES; left > 0; left--) {
      const { stored, version, seqs } = await this.#read()
      if (await this.#replace(merge(stored), version, seqs)) return
      await this.#expectToken()
    }
    throw new DocumentStorageError(`"${this.#key}" is written too often by others to be merged`)
  }

  /** @returns whether nobody else has replaced the snapshot meanwhile */
  async #replace(
    snapshot: Uint8Array,
    version: string | undefined,
    seqs: readonly string[],
  ): Promise<boolean> {
    // Only what has been merged goes: others may have appended since.
    const { rows } = await this.pool.query(
      `WITH ${this.#owned(5)}, saved AS (
         INSERT INTO ${this.table} AS t (key, snapshot) SELECT $1, $2 FROM owned
         ON CONFLICT (key) DO UPDATE SET snapshot = excluded.snapshot, saved_at = now()
         WHERE t.xmin::text = $3
         RETURNING key
       ), gone AS (
         DELETE FROM ${this.table}_changes USING saved
         WHERE ${this.table}_changes.key = saved.key AND seq = ANY($4::bigint[])
       )
       SELECT key FROM saved`,
      this.#with([this.#key, Buffer.from(snapshot), version ?? '', seqs]),
    )
    return rows.length > 0
  }

  async #read(): Promise<ReadDocument> {
    const { rows } = await this.pool.query(
      `SELECT snapshot AS bytes, 0 AS kind, 0 AS seq, xmin::text AS version
       FROM ${this.table} WHERE key = $1
       UNION ALL
       SELECT change, 1, seq, NULL FROM ${this.table}_changes WHERE key = $1
       ORDER BY kind, seq`,
      [this.#key],
    )
    const all = rows as readonly StoredRow[]
    const bytesOf = ({ bytes }: StoredRow): Uint8Array => {
      if (bytes instanceof Uint8Array) return bytes
      throw new DocumentStorageError(`${this.table} has no bytes for "${this.#key}"`)
    }
    const snapshot = all.find(({ kind }) => kind === 0)
    const changes = all.filter(({ kind }) => kind === 1)
    return {
      stored: { snapshot: snapshot && bytesOf(snapshot), changes: changes.map(bytesOf) },
      version: snapshot?.version ?? undefined,
      seqs: changes.map(({ seq }) => seq),
    }
  }

  async save(snapshot: Uint8Array): Promise<void> {
    const { rows } = await this.pool.query(
      `WITH ${this.#owned(3)}, saved AS (
         INSERT INTO ${this.table} (key, snapshot) SELECT $1, $2 FROM owned
         ON CONFLICT (key) DO UPDATE SET snapshot = excluded.snapshot, saved_at = now()
         RETURNING key
       ), gone AS (
         DELETE FROM ${this.table}_changes USING saved WHERE ${this.table}_changes.key = saved.key
       )
       SELECT key FROM saved`,
      this.#with([this.#key, Buffer.from(snapshot)]),
    )
    if (rows.length === 0) throw new StaleOwnerError(this.#key)
  }

  async append(changes: readonly Uint8Array[]): Promise<void> {
    const { rows } = await this.pool.query(
      `WITH ${this.#owned(3)}, added AS (
         INSERT INTO ${this.table}_changes (key, change)
         SELECT $1, change FROM owned, unnest($2::bytea[]) WITH ORDINALITY AS t (change, n)
         ORDER BY n
       )
       SELECT 1 FROM owned`,
      this.#with([this.#key, changes.map((change) => Buffer.from(change))]),
    )
    if (rows.length === 0) throw new StaleOwnerError(this.#key)
  }

  /**
   * A row when nobody has a higher token. It is locked until the statement is done, so that whoever
   * notes one meanwhile waits for it, and reads what it wrote.
   *
   * @param place of the token among the parameters
   */
  #owned(place: number): string {
    if (this.#token === undefined) return 'owned AS (SELECT 1)'
    return `owned AS (
      SELECT 1 FROM ${this.table}_owners WHERE key = $1 AND token = $${place}::bigint FOR SHARE
    )`
  }

  #with(values: unknown[]): unknown[] {
    return this.#token === undefined ? values : [...values, this.#token]
  }

  async #noteToken(): Promise<void> {
    if (this.#token === undefined) return
    const { rows } = await this.pool.query(
      `INSERT INTO ${this.table}_owners AS t (key, token) VALUES ($1, $2)
       ON CONFLICT (key) DO UPDATE SET token = excluded.token WHERE t.token <= excluded.token
       RETURNING key`,
      [this.#key, this.#token],
    )
    if (rows.length === 0) throw new StaleOwnerError(this.#key)
  }

  async #expectToken(): Promise<void> {
    if (this.#token === undefined) return
    const { rows } = await this.pool.query(
      `SELECT key FROM ${this.table}_owners WHERE key = $1 AND token = $2`,
      [this.#key, this.#token],
    )
    if (rows.length === 0) throw new StaleOwnerError(this.#key)
  }
}
