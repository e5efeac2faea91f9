import { isPromise } from '../../async/maybe-promise.js'
import { WsError } from '../../errors/ws-error.js'
import { equalJson } from '../../protocol/documents/equal-json.js'
import {
  idOf,
  type DocumentRecord,
  type RecordOp,
  type RecordSchema,
} from '../../protocol/documents/document-record.js'
import { checkRecord } from '../../protocol/documents/read-ops.js'
import type { WsErrorBody } from '../../protocol/records.js'
import { applyOp } from '../../protocol/documents/apply-ops.js'
import { errorBody, isReportable, type DocumentSession } from '../document-session.js'
import type { WriteRule } from '../write-rule.js'
import type { RecordTypes } from './record-types.js'
import type { RecordDraft } from '../../protocol/documents/record-transaction.js'

/** What a push is judged by. */
export interface PushRules {
  readonly types: RecordTypes
  readonly canWrite: ReadonlyMap<string, WriteRule>
  /** Hears of a rule that failed for a reason of its own. */
  readonly report: (error: unknown, session: DocumentSession) => void
}

/** Whose push it is, and what it is judged by. */
interface PushContext {
  readonly rules: PushRules
  readonly session: DocumentSession
  readonly older: RecordSchema | undefined
}

/** What came of a push. */
export interface Judgement {
  /** Whether the operations were done as they stand. */
  readonly isVerbatim: boolean
  /** The first veto. */
  readonly error?: WsErrorBody
}

/**
 * Does the operations of a push to a draft, and takes back what a rule vetoes.
 *
 * @param older the versions that the operations were written with, when they are older than ours
 * @throws WsError when any of it is not valid: then nothing of it is to be done
 */
export function judgePush(
  draft: RecordDraft,
  ops: readonly RecordOp[],
  { rules, session, older }: PushContext,
): Judgement {
  for (const op of ops) {
    if (older) applyOlder(draft, op, { types: rules.types, schema: older })
    else draft.apply(op)
  }
  let isVerbatim = !older
  let error: WsErrorBody | undefined
  for (const id of draft.touched) {
    const after = draft.get(id)
    if (after) checkChange(rules.types, after, draft.before(id))
    const verdict = rules.canWrite.size > 0 && askRule(rules, { id, draft, session })
    if (!verdict) continue
    isVerbatim = false
    error ??= verdict.error
  }
  return error ? { isVerbatim, error } : { isVerbatim }
}

/** An operation of an older version is done to the record as that version had it. */
export function applyOlder(
  draft: RecordDraft,
  op: RecordOp,
  { types, schema }: { types: RecordTypes; schema: RecordSchema },
): void {
  const id = idOf(op)
  const current = draft.get(id)
  const older = current && types.down(current, schema)
  // What that version cannot see, it cannot change.
  if (current && !older) return
  const result = applyOp(older, op)
  if (result !== older) draft.set(id, result && types.up(result, schema))
}

function checkChange(
  types: RecordTypes,
  after: DocumentRecord,
  before: DocumentRecord | undefined,
): void {
  if (before && before.type !== after.type) {
    throw new WsError(400, `Record "${after.id}" is of type "${before.type}"`)
  }
  types.check(after)
}

/** What a rule changed about a change; `undefined` when it let it be. */
function askRule(
  { canWrite, types, report }: PushRules,
  { id, draft, session }: { id: string; draft: RecordDraft; session: DocumentSession },
): { error?: WsErrorBody } | undefined {
  const after = draft.get(id)
  const before = draft.before(id)
  const rule = canWrite.get((after ?? before)?.type ?? '')
  if (!rule || (!after && !before)) return undefined
  const next = structuredClone(after)
  let answer: unknown
  try {
    answer = rule(next, structuredClone(before), session)
    if (isPromise(answer)) {
      void Promise.resolve(answer).catch(() => undefined)
      throw new TypeError('A rule decides at once: it returned a promise')
    }
    if (answer === false) throw new WsError(403, `Record "${id}" may not be changed`)
  } catch (error) {
    if (isReportable(error)) report(error, session)
    draft.revert(id)
    return { error: errorBody(error) }
  }
  if (!after) return undefined
  const stamped = JSON.parse(
    JSON.stringify(typeof answer === 'object' && answer !== null ? answer : next),
  ) as unknown
  checkRecord(stamped)
  if (equalJson(stamped, after)) return undefined
  draft.set(id, { ...stamped, id, type: after.type })
  types.check(stamped)
  return {}
}
