import type { ValidationLibraries } from './libraries.js'

/**
 * Whether a value keeps a rule beyond doubt. A no means nothing: the library is asked then, so
 * that whatever is rare, boxed or malformed is judged by it alone.
 */
export type IsSure = (value: unknown) => boolean

type Constraints = readonly unknown[]
type Validator = ValidationLibraries['validator']

/** A quick check, and what shows that it says nothing the library does not say. */
interface SureCheck {
  /** Constraints are read per call where a list or an object may change. */
  readonly make: (constraints: Constraints) => IsSure | undefined
  /** Constraints to compare under. */
  readonly trials: readonly Constraints[]
  /** What class-validator calls its function, where that is not the rule's name. */
  readonly exported?: string
}

const isNumber = (value: unknown): value is number =>
  typeof value === 'number' && !Number.isNaN(value)

/** The first code unit that may make a text shorter than it looks: surrogates, variation selectors. */
const FIRST_SPECIAL = 0xd800

/**
 * The library counts a surrogate pair as one character, and a variation selector as none: one
 * character has three code units at most.
 */
function textLength(min: unknown, max: unknown): IsSure | undefined {
  if (!Number.isInteger(min) || !(max === undefined || isNumber(max))) return undefined
  const least = min as number
  const most = max ?? Infinity
  const enough = 3 * (least - 1)
  return (value) => {
    if (typeof value !== 'string') return false
    const { length } = value
    if (length > most || length < least) return false
    if (length > enough) return true
    for (let index = 0; index < length; index++) {
      if (value.charCodeAt(index) >= FIRST_SPECIAL) return false
    }
    return true
  }
}

function numberWithin([options = {}]: Constraints): IsSure | undefined {
  if (typeof options !== 'object' || options === null) return undefined
  const { maxDecimalPlaces: known } = options as { maxDecimalPlaces?: unknown }
  if (known !== undefined && !(isNumber(known) && known >= 0)) return undefined
  return (value) => {
    const { maxDecimalPlaces } = options as { maxDecimalPlaces?: unknown }
    if (maxDecimalPlaces === undefined) return Number.isFinite(value)
    return maxDecimalPlaces === known && Number.isInteger(value)
  }
}

/** Not for expressions that remember where they were, or that somebody has changed. */
function matching([pattern, modifiers]: Constraints): IsSure | undefined {
  const isText = typeof pattern === 'string'
  if (!isText && !(pattern instanceof RegExp)) return undefined
  try {
    const expression = isText ? new RegExp(pattern, modifiers as string) : pattern
    if (expression.global || expression.sticky) return undefined
    if (Object.getPrototypeOf(expression) !== RegExp.prototype) return undefined
    if (Object.getOwnPropertyNames(expression).length > 1) return undefined
    return (value) => typeof value === 'string' && expression.test(value)
  } catch {
    return undefined
  }
}

function oneOf([values]: Constraints): IsSure | undefined {
  if (!Array.isArray(values)) return undefined
  // eslint-disable-next-line @typescript-eslint/prefer-includes -- to the library, NaN is in no list
  return (value) => values.indexOf(value) !== -1
}

/** Looks up what the names stand for now; names that came later are left to the library. */
function enumerated([entity]: Constraints): IsSure | undefined {
  if (typeof entity !== 'object' || entity === null) return undefined
  const values = entity as Record<string, unknown>
  const names = Object.keys(values)
  return (value) => {
    if (typeof value !== 'string' && typeof value !== 'number') return false
    for (const name of names) if (values[name] === value) return true
    return false
  }
}

/**
 * The rules that are worth it, of those whose origin can be told. `true` and `false`, integers,
 * emptiness and the like are missing: the library's functions for them are as short as ours would be,
 * and nothing shows that such a rule is the library's.
 */
const CHECKS: Readonly<Record<string, SureCheck>> = {
  isString: { make: () => (value) => typeof value === 'string', trials: [[]] },
  isBoolean: { make: () => (value) => typeof value === 'boolean', trials: [[]] },
  isLength: {
    make: ([min, max]) => textLength(min, max),
    trials: [[0, 0], [1, 3], [2], [3, 12], [1, 1]],
    exported: 'length',
  },
  minLength: { make: ([min]) => textLength(min, undefined), trials: [[0], [1], [2], [3], [6]] },
  maxLength: { make: ([max]) => textLength(0, max), trials: [[0], [1], [3], [12]] },
  isNumber: {
    make: numberWithin,
    trials: [[], [{}], [{ maxDecimalPlaces: 0 }], [{ maxDecimalPlaces: 2 }]],
  },
  min: {
    make: ([min]) =>
      isNumber(min) ? (value) => typeof value === 'number' && value >= min : undefined,
    trials: [[0], [1], [-1.5]],
  },
  max: {
    make: ([max]) =>
      isNumber(max) ? (value) => typeof value === 'number' && value <= max : undefined,
    trials: [[0], [1], [-1.5]],
  },
  isIn: {
    make: oneOf,
    trials: [[['a', 1, null]], [[]], [[NaN, 0]]],
  },
  isEnum: { make: enumerated, trials: [[{ a: 'a', b: 1 }], [{ 0: 'a', a: 0 }]] },
  matches: { make: matching, trials: [[/^a/], ['A', 'i'], [/./u]] },
  arrayMinSize: {
    make: ([min]) =>
      isNumber(min) ? (value) => Array.isArray(value) && value.length >= min : undefined,
    trials: [[0], [1], [3]],
  },
  arrayMaxSize: {
    make: ([max]) =>
      isNumber(max) ? (value) => Array.isArray(value) && value.length <= max : undefined,
    trials: [[0], [1], [3]],
  },
}

/** What the library has changed its mind about before, or may. */
const SAMPLES: readonly unknown[] = [
  ...['', 'a', 'ab', 'abc', 'A', 'x'.repeat(13), '\ud83d\udc4d', '\ud83d\udc4d\ufe0f', '\ufe0f'],
  ...['a\ufe0f', '\ufe0f\ufe0f\ufe0f', '\ud800', '\udc00\ud800', 'e\u0301', '\u200d', '\r\n'],
  ...['\ud83d\udc68\u200d\ud83d\udc69\u200d\ud83d\udc67', '\ud83c\udde9\ud83c\uddea', '漢字'],
  ...[0, -0, 1, -1, 1.5, 0.001, 1e21, 1e-7, NaN, Infinity, -Infinity, 2 ** 53, 5e-324],
  ...[true, false, null, undefined, 1n, [], ['a'], [1, 2, 3], {}, { length: 1 }],
  ...([Object('a'), Object(1), Object(false), new Date(0), Symbol.iterator] as unknown[]),
]

/** What was found out about the installed library. */
const agreements = new WeakMap<Validator, Map<string, boolean>>()

/**
 * A quick check for one of class-validator's rules.
 *
 * @returns `undefined` without one; for constraints that it was not made for; and when the installed
 * version of the library says no to a sample that the check says yes to
 */
export function sureCheck(
  name: string,
  constraints: Constraints | undefined,
  validator: Validator,
): IsSure | undefined {
  const check = Object.hasOwn(CHECKS, name) ? CHECKS[name] : undefined
  if (!check) return undefined
  const known = agreements.get(validator) ?? new Map<string, boolean>()
  agreements.set(validator, known)
  const agrees = known.get(name) ?? agreesWith(validator, name, check)
  known.set(name, agrees)
  return agrees ? check.make(constraints ?? []) : undefined
}

function agreesWith(
  validator: Validator,
  name: string,
  { make, trials, exported }: SureCheck,
): boolean {
  const functions = validator as unknown as Record<string, (...args: unknown[]) => unknown>
  const theirs = functions[exported ?? name]
  return trials.every((constraints) => {
    const isSure = make(constraints)
    return SAMPLES.every((value) => !isSure?.(value) || theirs?.(value, ...constraints) === true)
  })
}
