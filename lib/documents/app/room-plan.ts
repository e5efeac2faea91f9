import { guarded } from '../../async/maybe-promise.js'
import type { WsConnection } from '../../runtime/ws-connection.js'
import { increment } from '../../runtime/ws-counters.js'
import type { DocumentChange, DocumentEngine } from '../document-engine.js'
import type { SessionInfo } from '../document-session.js'
import type { DocumentTimers } from '../document-timers.js'
import type { DocumentRoomOptions, StorageReport } from '../room-options.js'
import { ownedStorage } from '../owners/owned-storage.js'
import type { Tenure } from '../owners/document-leases.js'
import type { DocumentStorage, DocumentStorages } from '../storage/document-storage.js'
import { StaleOwnerError } from '../storage/stale-owner-error.js'
import type { WriteRule } from '../write-rule.js'
import type { DocumentDefinition, DocumentHook, DocumentScope } from './document-definition.js'
import type { DocumentAppParts } from './document-kit.js'

/** What a room of an app is made of. */
export interface RoomPlan {
  readonly parts: DocumentAppParts
  readonly definition: DocumentDefinition
  readonly path: string
  readonly timers: DocumentTimers
  readonly maxFrame: number
  /** By which this process owns the document, where there are several. */
  readonly tenure?: Tenure
}

/** Makes the room of a path do what its class says, and tell the app what happens. */
export function planRoom(plan: RoomPlan): DocumentRoomOptions<DocumentEngine> {
  const { parts, definition, path, timers, maxFrame, tenure } = plan
  const { settings, commit, sessionRemoved } = definition
  const { host, transport } = parts
  const params = parts.documents.match(path)?.params ?? {}
  const scopeOf = (session?: SessionInfo): DocumentScope => {
    return { path, params, connection: connectionOf(session), server: host.server }
  }
  const runAll = (
    hooks: readonly DocumentHook[],
    given: readonly unknown[],
    scope: DocumentScope,
  ) => {
    for (const hook of hooks) {
      void guarded(
        () => hook.run(given, scope),
        (error) => reportDocument(parts, { path, error, handler: hook.handler }),
      )
    }
  }
  const storage = storageOf(settings.storage as DocumentStorages | undefined, path, tenure)
  const { presence, maxMessage } = settings
  return {
    engine: settings.engines.create({
      path,
      params,
      canWrite: rulesOf(definition, scopeOf),
      transport,
    }),
    ...(storage && { storage }),
    ...(presence && { presence }),
    ...(maxMessage !== undefined && { maxMessage }),
    ...{ maxFrame, timers },
    onCommit: (change: DocumentChange) => {
      host.counters.documentCommits++
      if (commit.length > 0) runAll(commit, [change], scopeOf())
    },
    onSessionRemoved: (session, remaining) =>
      runAll(sessionRemoved, [session, remaining], scopeOf(session)),
    onStorage: (report) => tellStorage(parts, path, report),
    onError: (error, session) => {
      const connection = connectionOf(session)
      reportDocument(parts, { path, error, ...(connection && { connection }) })
    },
  }
}

function storageOf(
  storages: DocumentStorages | undefined,
  path: string,
  tenure: Tenure | undefined,
): DocumentStorage | undefined {
  if (!storages || !tenure) return storages?.open(path)
  const checksTokens = storages.checksTokens === true
  return ownedStorage(storages.open(path, tenure.token), { path, tenure, checksTokens })
}

/** The connection is what the app's documents give a session as `meta`. */
function connectionOf(session: SessionInfo | undefined): WsConnection | undefined {
  return session?.meta as WsConnection | undefined
}

function rulesOf(
  { canWrite }: DocumentDefinition,
  scopeOf: (session: SessionInfo) => DocumentScope,
): Readonly<Record<string, WriteRule>> {
  return Object.fromEntries(
    Object.entries(canWrite).map(([type, { run }]): [string, WriteRule] => [
      type,
      (next, before, session) => {
        const scope = scopeOf(session)
        return run([next, before, scope.connection?.session], scope)
      },
    ]),
  )
}

function tellStorage({ host }: DocumentAppParts, path: string, report: StorageReport): void {
  const { counters, events, logger } = host
  const { kind } = report
  const cause = kind === 'failed' ? report.error : undefined
  if (cause instanceof StaleOwnerError) {
    logger.warn({ path }, 'a document belongs to another process by now: nothing more is written')
  } else if (kind === 'failed') {
    counters.documentFailures++
    logger.error({ err: cause, path }, 'a document could not be saved; it is tried again')
  } else if (kind === 'recovered') logger.warn({ path }, 'documents are saved again')
  else logger.warn({ path, ...report.cut }, 'the torn end of a log was left out')
  events.emit('document', { path, kind, ...(cause !== undefined && { cause }) })
}

/** What went wrong in a document, and is no client's answer. */
interface DocumentFault {
  readonly path: string
  readonly error: unknown
  readonly handler?: string
  readonly connection?: WsConnection
}

function reportDocument({ host }: DocumentAppParts, fault: DocumentFault): void {
  const { path, error, handler, connection } = fault
  const { counters, events, logger } = host
  increment(counters.errors, 500)
  logger.error({ err: error, path, handler, connection: connection?.id }, 'a document failed')
  events.emit('error', {
    code: 500,
    message: 'a document failed',
    path,
    cause: error,
    ...(handler !== undefined && { handler }),
    ...(connection && { connection }),
  })
}
