export { createDocumentClient } from './create-document-client.js'
export type { DocumentClient, DocumentClientOptions } from './create-document-client.js'
export { openDocument } from './open-document.js'
export {
  ClientDocument,
  type ClientDocumentEvents,
  type ClientDocumentOptions,
  type DocumentClosed,
  type DocumentStatus,
} from './client-document.js'
export type { AnyFields, DocumentTransaction, RecordOf } from './document-types.js'
export type { DocumentStore, KeptDocument, ReplicaEdits } from './document-store.js'
export { IndexedDbStore, type IndexedDbStoreOptions } from './indexed-db-store.js'
export { MemoryDocumentStore } from './memory-document-store.js'
export { DocumentReplica } from './document-replica.js'
export type { EditOptions, FlushGoal, ReplicaOptions, ReplicaState } from './replica-options.js'
export type { ReplicaEvents, ReplicaStatus } from './replica-events.js'
export type { PendingPush } from './pending-pushes.js'
export type { RecordsTransaction } from '../../protocol/documents/record-transaction.js'
export type {
  DocumentAccess,
  DocumentCursor,
  PresenceUser,
} from '../../protocol/documents/document-frames.js'
export type {
  DocumentRecord,
  FieldOp,
  JsonObject,
  JsonValue,
  RecordOp,
  RecordPatch,
  RecordSchema,
} from '../../protocol/documents/document-record.js'
export type { WsErrorBody } from '../../protocol/records.js'
