import { Inbox } from './inbox.js'

/** The levels of pino, from the quietest matter to the gravest. */
export const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const

/** One of `logLevels`. */
export type LogLevel = (typeof logLevels)[number]

/** One logged line: bindings of child loggers and fields of the call together. */
export interface LogEntry {
  level: LogLevel
  fields: Record<string, unknown>
  message: string
}

/** A pino log method: `(message)`, `(fields, message)` or `(error, message)`, with `%s` values. */
export type LogMethod = (first: unknown, message?: unknown, ...values: unknown[]) => void

/** A pino-shaped logger that writes nothing and remembers everything. */
export interface RecordingLogger extends Record<LogLevel, LogMethod> {
  level: string
  /** All entries, those of child loggers among them, in order. */
  readonly entries: readonly LogEntry[]
  child(bindings: Record<string, unknown>): RecordingLogger
  /** Entries of level `error` and `fatal`. */
  errors(): LogEntry[]
  /** Entries of level `warn`. */
  warnings(): LogEntry[]
  /** The next entry of a level (any when left out), already here or to come, each handed out once. */
  next(level?: LogLevel): Promise<LogEntry>
}

/** Makes a `RecordingLogger`. */
export function createRecordingLogger(): RecordingLogger {
  return loggerOver(new Inbox<LogEntry>('a log entry'), {})
}

function loggerOver(inbox: Inbox<LogEntry>, bindings: Record<string, unknown>): RecordingLogger {
  const record =
    (level: LogLevel): LogMethod =>
    (first, ...rest) => {
      const texts = typeof first === 'string' ? [first, ...rest] : rest
      const fields = { ...bindings, ...fieldsOf(first) }
      inbox.push({ level, fields, message: interpolate(texts) })
    }
  return {
    level: 'trace',
    trace: record('trace'),
    debug: record('debug'),
    info: record('info'),
    warn: record('warn'),
    error: record('error'),
    fatal: record('fatal'),
    entries: inbox.all,
    child: (more) => loggerOver(inbox, { ...bindings, ...more }),
    errors: () => inbox.all.filter(({ level }) => level === 'error' || level === 'fatal'),
    warnings: () => inbox.all.filter(({ level }) => level === 'warn'),
    next: (level) => inbox.next({ match: (entry) => !level || entry.level === level }),
  }
}

function fieldsOf(first: unknown): Record<string, unknown> {
  if (first instanceof Error) return { err: first }
  return typeof first === 'object' && first !== null ? { ...first } : {}
}

function interpolate([text, ...values]: unknown[]): string {
  if (typeof text !== 'string') return ''
  return text.replace(/%[sdjoO]/g, (place) => {
    const value = values.shift()
    return place === '%s' || place === '%d' ? String(value) : JSON.stringify(value)
  })
}
