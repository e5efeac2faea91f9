import type { DocumentRecord } from '../../protocol/documents/document-record.js'
import type { RecordsTransaction } from '../../protocol/documents/record-transaction.js'

/** The fields of each type of record, by name, when no more is known of them. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- fields of any kind, to read and write
export type AnyFields = Record<string, any>

/** A record of a type: its fields, with its `id` and the name of its type. */
export type RecordOf<
  F extends object,
  T extends keyof F & string = keyof F & string,
> = string extends T
  ? DocumentRecord
  : { [K in T]: F[K] & { readonly id: string; readonly type: K } }[T]

/** What `transact` works with, typed. */
export interface DocumentTransaction<F extends object = AnyFields> extends Pick<
  RecordsTransaction,
  'remove'
> {
  /** A copy of a record, with what the transaction has done so far. */
  get(id: string): RecordOf<F> | undefined
  /** Copies of all records, or those of one type. */
  records(): RecordOf<F>[]
  records<T extends keyof F & string>(type: T): RecordOf<F, T>[]
  /** Creates or replaces a record. */
  put(record: RecordOf<F>): void
  /** Sets fields of a record that is there; `undefined` removes one. Returns whether it is there. */
  patch<T extends keyof F & string>(id: string, fields: Partial<F[T]>): boolean
}
