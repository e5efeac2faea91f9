/** Something with a prototype of its own, as a codec may give. */
class Thing {
  constructor(readonly name = 'thing') {}
}

/** Another value that is equal: what `JSON.parse` would give. */
export function copyOf<T>(value: T): T {
  return typeof value === 'object' && value !== null
    ? (JSON.parse(JSON.stringify(value)) as T)
    : value
}

const callback = (): string => 'called'

/** Values of JSON that look like others, or that libraries trip over. */
const values: readonly unknown[] = [
  ...['', ' ', 'a', 'abc', 'ABC', 'a b', '\u0000', '\u{1F44D}\u{FE0F}', '\ud800', 'é', 'ｱ', '漢字'],
  ...['0', '1', '-1', '1.5', '1e3', 'true', 'null', 'NaN', '[]', '{}', 'x'.repeat(300), ' a '],
  ...['__proto__', 'constructor', 'toString', '2020-01-01', '2020-01-01T00:00:00Z', '1,2', '$1'],
  ...[0, -0, 1, -1, 1.5, 3, 7, 10, 1e21, 2 ** 53, 0.1 + 0.2, 5e-324, true, false, null],
  ...[[], [[]], [null], ['a'], ['a', 'a'], [1, '1'], [0], [[1], [2]], [{}], ['', null, 1]],
  ...[{}, { a: 1 }, { a: null }, { a: { b: [{ c: 1 }] } }, { length: 3 }, { then: 'x' }],
  ...[{ toString: 1 }, { a: { hasOwnProperty: 2 } }, [{ valueOf: 'x' }], { value: 'a' }],
]

const hostile = [
  '{"__proto__":{"isAdmin":true}}',
  '{"a":{"__proto__":[]}}',
  '[{"constructor":{"prototype":1}}]',
  '{"constructor":"x"}',
]

/** Each call gives a value of its own. */
const nastyJson: readonly (() => unknown)[] = [
  ...values.map((value) => () => copyOf(value)),
  ...hostile.map((json) => (): unknown => JSON.parse(json)),
]

/** What only a codec other than JSON may give. */
export const nastyOthers: readonly (() => unknown)[] = [
  () => undefined,
  () => NaN,
  () => Infinity,
  () => 10n,
  () => Symbol.for('nasty'),
  () => callback,
  () => ({ then: (settle: (value: string) => void) => settle('settled') }),
  () => new Date(0),
  () => new Date(86_400_000),
  () => new Map([['a', 'abc']]),
  () => new Set(['abc', 1]),
  () => new Set(),
  () => new Uint8Array([1, 2]),
  () => Buffer.from('abc'),
  () => /a/,
  () => new Thing(),
  () => [new Thing(), new Date(0)],
  () => ({ thing: new Thing(), set: new Set([{ a: 1 }]) }),
  () => Object.assign(Object.create(null) as object, { a: 1 }),
  () => Object.create({ inherited: 1 }) as unknown,
  () => [undefined],
  () => Object.assign([], { 1: 'a' }),
  () => ({ a: undefined }),
  () => Object('boxed') as unknown,
  () => Object(1) as unknown,
]

const few: readonly unknown[] = [null, '', 'abc', '1', 1, -1.5, true, [], ['a', 'a'], {}, { a: 1 }]

/** One or two of each kind. */
export const fewValues = few.map((value) => () => copyOf(value))

export const nastyValues = [...nastyJson, ...nastyOthers]
