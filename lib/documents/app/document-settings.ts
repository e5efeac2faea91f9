import { errorText, showValue } from '../../errors/show-value.js'
import type { JsonObject } from '../../protocol/documents/document-record.js'
import type { DocumentEngines, DocumentPlan } from '../document-engine.js'
import { definePresence, defineRecords, type RecordDefinition } from '../dto-records.js'
import { DistantRecords } from '../records/distant-records.js'
import { RecordTypes } from '../records/record-types.js'
import { RecordsEngine } from '../records/records-engine.js'

/** Hears of what is wrong with the options of a document, and how to mend it. */
export type ReportFault = (problem: string, mend: string) => void

/** The class of presence, and those of records, as `@Document` takes them. */
type PresenceType = Parameters<typeof definePresence>[0]

/** What the options of `@Document` come to. */
export interface DocumentSettings {
  readonly engines: DocumentEngines
  readonly presence: ((state: JsonObject) => unknown) | undefined
  /** A storage, or an injection token of one; `undefined` for none. */
  readonly storage: unknown
  /** Owners, or an injection token of them; `undefined` for none. */
  readonly owners: unknown
  readonly idleTimeout: number | undefined
  readonly maxMessage: number | undefined
}

/** The names of the options, for messages about others. */
export const DOCUMENT_OPTIONS = [
  'records',
  'engine',
  'presence',
  'storage',
  'owners',
  'idleTimeout',
  'maxMessage',
] as const

const MEND_ENGINE =
  'say what the document is made of: @Document(path, { records: { shape: Shape } }), or engine: … for another kind'

/** Reads the options of `@Document`; what is wrong goes to `report`. */
export function readDocumentOptions(
  options: Readonly<Record<string, unknown>>,
  report: ReportFault,
): DocumentSettings {
  const { presence, storage, owners } = options
  const engines = readEngines(options, report)
  if (owners !== undefined && engines.carrier === 'socket') {
    report(
      'owners, but its clients have sockets of their own',
      'take owners away: several processes write a document of this kind',
    )
  }
  return {
    engines,
    presence:
      presence === undefined
        ? undefined
        : orReport(() => definePresence(presence as PresenceType), report),
    storage,
    owners,
    idleTimeout: readNumber('idleTimeout', options, { min: 0, report }),
    maxMessage: readNumber('maxMessage', options, { min: 1024, report }),
  }
}

function readEngines(
  { records, engine }: Readonly<Record<string, unknown>>,
  report: ReportFault,
): DocumentEngines {
  if ((records === undefined) === (engine === undefined)) {
    report(
      records === undefined ? 'neither records nor engine' : 'both records and engine',
      MEND_ENGINE,
    )
    return recordsEngines({})
  }
  if (engine !== undefined) {
    if (isEngines(engine)) return engine
    report(`engine: ${showValue(engine)} makes no engines`, MEND_ENGINE)
    return recordsEngines({})
  }
  if (typeof records !== 'object' || records === null || Object.keys(records).length === 0) {
    report(`records: ${showValue(records)} names no types`, MEND_ENGINE)
    return recordsEngines({})
  }
  const made = orReport(
    () => recordsEngines(records as Readonly<Record<string, RecordDefinition>>),
    report,
  )
  return made ?? recordsEngines({})
}

function isEngines(value: unknown): value is DocumentEngines {
  const { create, carrier } = (value ?? {}) as Partial<DocumentEngines>
  return typeof create === 'function' && (carrier === 'messages' || carrier === 'socket')
}

/** @throws TypeError for a class that has no rules, or rules that need a promise */
function recordsEngines(
  definitions: Readonly<Record<string, RecordDefinition>>,
): DocumentEngines<RecordsEngine> {
  const records = defineRecords(definitions)
  const { schema } = new RecordTypes(records)
  return {
    carrier: 'messages',
    types: Object.keys(records),
    create: ({ canWrite }: DocumentPlan) => new RecordsEngine({ records, canWrite }),
    distant: (author) => new DistantRecords(schema, author),
  }
}

function readNumber(
  name: 'idleTimeout' | 'maxMessage',
  options: Readonly<Record<string, unknown>>,
  { min, report }: { min: number; report: ReportFault },
): number | undefined {
  const value = options[name]
  if (value === undefined) return undefined
  if (Number.isSafeInteger(value) && Number(value) >= min) return Number(value)
  report(
    `${name} must be a whole number from ${min}, got ${showValue(value)}`,
    'leave it out for the default',
  )
  return undefined
}

function orReport<T>(read: () => T, report: ReportFault): T | undefined {
  try {
    return read()
  } catch (error) {
    report(
      errorText(error),
      'records and presence are described by classes with class-validator decorators',
    )
    return undefined
  }
}
