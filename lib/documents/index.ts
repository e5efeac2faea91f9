export { DocumentRoom } from './document-room.js'
export type { DocumentHandle, SessionSummary } from './document-handle.js'
export { RoomHost, type RoomHostOptions } from './room-host.js'
export { RoomConnection } from './room-connection.js'
export type {
  Access,
  Admission,
  DocumentHooks,
  DocumentRoomOptions,
  PendingAdmission,
  SessionSnapshot,
  StorageReport,
} from './room-options.js'
export type { SessionInfo, DocumentSession } from './document-session.js'
export type { ArrivedFrame } from './read-session-frame.js'
export type { DocumentSocket } from './document-socket.js'
export type { DocumentTimers } from './document-timers.js'
export type {
  DocumentChange,
  DocumentEngine,
  DocumentEngines,
  DocumentPlan,
  DocumentWire,
  EngineHost,
  AskOwner,
  DistantAuthor,
  DistantDocument,
  DistantSide,
  DistantTransaction,
} from './document-engine.js'

export { RecordsEngine, type RecordsEngineOptions } from './records/records-engine.js'
export type { WriteRule } from './write-rule.js'
export type { RecordMigration, RecordType } from './records/record-types.js'
export type { RecordsTransaction } from '../protocol/documents/record-transaction.js'
export type { RecordsSnapshot } from './records/stored-records.js'
export type { Epoch } from './records/lineage.js'
export { definePresence, defineRecords, type RecordDefinition } from './dto-records.js'

export { CanWrite } from '../decorators/can-write.js'
export { OnCommit } from '../decorators/on-commit.js'
export { OnSessionRemoved } from '../decorators/on-session-removed.js'
export { Document, type DocumentOptions } from './app/document.js'

export {
  MemoryDocumentOwners,
  type MemoryDocumentOwnersOptions,
} from '../transports/owners/memory-document-owners.js'
export type { DocumentOwnerCounters } from './owners/owner-counters.js'
export type { DocumentLease, DocumentOwners } from '../transports/owners/document-owners.js'

export { FileStorage, type FileStorageOptions } from './storage/file-storage.js'
export type { SyncPolicy } from './storage/file-document.js'
export { MemoryStorage } from './storage/memory-storage.js'
export {
  PostgresStorage,
  type PostgresPool,
  type PostgresStorageOptions,
} from './storage/postgres-storage.js'
export type {
  DocumentStorage,
  DocumentStorages,
  StorageCut,
  StoredDocument,
} from './storage/document-storage.js'
export { DocumentStorageError } from './storage/document-storage-error.js'
export { ChangesLostError } from './owners/changes-lost-error.js'
export { UnknownOutcomeError } from './owners/unknown-outcome-error.js'
export { StaleOwnerError } from './storage/stale-owner-error.js'

export type {
  DocumentRecord,
  FieldOp,
  JsonObject,
  JsonValue,
  RecordOp,
  RecordPatch,
  RecordSchema,
} from '../protocol/documents/document-record.js'
export type { DocumentAccess, PresenceUser } from '../protocol/documents/document-frames.js'
