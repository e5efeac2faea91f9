export { DocumentReplica } from './document-replica.js'
export type { FlushGoal, ReplicaOptions, ReplicaState } from './replica-options.js'
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
