/** The part of IndexedDB that is used: what ships is built without the types of browsers. */
export interface IdbFactory {
  open(name: string, version: number): IdbOpenRequest
}

interface IdbRequest<T = unknown> {
  readonly result: T
  readonly error: unknown
  onsuccess: (() => void) | null
  onerror: (() => void) | null
}

interface IdbOpenRequest extends IdbRequest<IdbDatabase> {
  onupgradeneeded: (() => void) | null
  onblocked: (() => void) | null
}

interface IdbDatabase {
  createObjectStore(name: string): unknown
  transaction(names: readonly string[], mode: 'readonly' | 'readwrite'): IdbTransaction
  close(): void
  onversionchange: (() => void) | null
}

interface IdbTransaction {
  objectStore(name: string): IdbObjectStore
  readonly error: unknown
  oncomplete: (() => void) | null
  onerror: (() => void) | null
  onabort: (() => void) | null
}

interface IdbObjectStore {
  get(key: string): IdbRequest
  getAllKeys(): IdbRequest<unknown[]>
  put(value: unknown, key: string): IdbRequest
  delete(key: string): IdbRequest
}

/** The locks of a browser, which its tabs share. */
export interface LockManager {
  request(
    name: string,
    options: { readonly ifAvailable: boolean } | { readonly signal: AbortSignal },
    work: (lock: unknown) => Promise<void> | undefined,
  ): Promise<unknown>
}

const VERSION = 1

/** A database of values by key, in some stores. */
export class ValueDatabase {
  readonly #open: Promise<IdbDatabase>

  constructor(factory: IdbFactory, name: string, stores: readonly string[]) {
    const request = factory.open(name, VERSION)
    request.onupgradeneeded = () => {
      for (const store of stores) request.result.createObjectStore(store)
    }
    this.#open = answerOf(request)
    this.#open.then(
      // A later version of the page may be waiting for it.
      (database) => (database.onversionchange = () => database.close()),
      () => undefined,
    )
  }

  async get(store: string, key: string): Promise<unknown> {
    const database = await this.#open
    return answerOf(database.transaction([store], 'readonly').objectStore(store).get(key))
  }

  async keys(store: string): Promise<string[]> {
    const database = await this.#open
    const keys = await answerOf(
      database.transaction([store], 'readonly').objectStore(store).getAllKeys(),
    )
    return keys.filter((key) => typeof key === 'string')
  }

  /** Writes values of one key to several stores, all or none; `undefined` deletes. */
  async put(key: string, values: Readonly<Record<string, unknown>>): Promise<void> {
    const database = await this.#open
    const names = Object.keys(values)
    const transaction = database.transaction(names, 'readwrite')
    for (const name of names) {
      const store = transaction.objectStore(name)
      if (values[name] === undefined) store.delete(key)
      else store.put(values[name], key)
    }
    await new Promise<void>((resolve, reject) => {
      const fail = (): void => reject(errorOf(transaction.error))
      transaction.oncomplete = () => resolve()
      transaction.onerror = transaction.onabort = fail
    })
  }
}

function answerOf<T>(request: IdbRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(errorOf(request.error))
  })
}

function errorOf(error: unknown): Error {
  return error instanceof Error ? error : new Error('IndexedDB failed', { cause: error })
}
