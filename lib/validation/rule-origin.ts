/** What V8 says of one call on the stack. */
interface Call {
  getFileName(): string | null | undefined
  getFunctionName(): string | null
  isEval(): boolean
}

type Work = (...args: never[]) => unknown

/**
 * Whether a rule is written in a folder: what it calls, up to the moment it first looks at what it
 * was given, is all in files of that folder. A name proves nothing, and neither do answers: the rule
 * may be a stricter copy.
 *
 * @param run runs the rule
 * @returns `false` also for a rule that looks at nothing but the type of a value
 */
export function comesFrom(
  folder: string,
  run: (value: unknown, args: object) => unknown,
  constraints: readonly unknown[] | undefined,
): boolean {
  // eslint-disable-next-line @typescript-eslint/unbound-method -- put back, never called
  const { prepareStackTrace, stackTraceLimit } = Error
  let isOwn: boolean | undefined
  try {
    Error.prepareStackTrace = (_error, calls) => calls
    Error.stackTraceLimit = Infinity
    const below = callsBelow(comesFrom).length + 1
    const look = (seen: Work): void => {
      const calls = callsBelow(seen)
      const between = calls.slice(0, calls.length - below)
      // The first is `run` itself, next to this function.
      isOwn ??= between.slice(0, -1).every((call) => isIn(folder, call))
    }
    run(...watched(look, constraints))
  } catch {
    // Not even the libraries' own rules take everything, and a stack may be sealed.
  } finally {
    restore(prepareStackTrace, stackTraceLimit)
  }
  return isOwn ?? false
}

function isIn(folder: string, call: Call): boolean {
  const file = call.getFileName()
  if (typeof file === 'string') return file.startsWith(folder)
  // What `instanceof` calls is the engine's own, and in no file.
  return call.getFunctionName() === '[Symbol.hasInstance]' && !call.isEval()
}

/** A value and arguments that tell who looks at them. */
function watched(
  look: (seen: Work) => void,
  constraints: readonly unknown[] | undefined,
): [unknown, object] {
  const handler = {
    getPrototypeOf: (): object => {
      look(handler.getPrototypeOf)
      return Object.prototype
    },
  }
  const getter = (): readonly unknown[] | undefined => {
    look(getter)
    return constraints
  }
  return [new Proxy({}, handler), Object.defineProperty({}, 'constraints', { get: getter })]
}

function callsBelow(work: Work): readonly Call[] {
  const holder: { stack?: unknown } = {}
  Error.captureStackTrace(holder, work)
  return holder.stack as readonly Call[]
}

function restore(prepare: typeof Error.prepareStackTrace, limit: number): void {
  try {
    Error.prepareStackTrace = prepare
    Error.stackTraceLimit = limit
  } catch {
    // Sealed: nothing was changed either.
  }
}
