import type { Random } from './random.js'

/** Paths that are wrong, ambiguous or dangerous in one way each. */
export const hostilePaths = [
  '',
  '/',
  '//',
  '/x/%',
  '/x/%f',
  '/%ff',
  '/%00',
  '/%2e%2e/%2f',
  '/chat/%E0%A4%A',
  '/../../etc/passwd',
  '/chat/:room',
  '/chat/*',
  '/{a}',
  '/(',
  '/chat//general',
  '/chat/general/',
  'chat/general',
  '/CHAT/GENERAL',
  '/__proto__',
  '/constructor/prototype',
  '/chat/__proto__',
  '/chat/\u0000',
  '/chat/\u202e',
  '/chat/\ud800',
  '/chat/a?b#c',
  `/chat/${'x'.repeat(255)}`,
  `/chat/${'é'.repeat(128)}`,
  `/${'a/'.repeat(2000)}`,
] as const

/** Event names from inherited properties to reserved ones. */
export const hostileEvents = [
  '',
  ' ',
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  '\u0000',
  '\ud800',
  'x'.repeat(300),
  '/chat/general',
  '$ping',
  '$token',
  '$resume',
  '$presence',
  '$welcome',
  '$joined',
  '$left',
  '$error',
  '$closing',
  '$nope',
  '$',
] as const

/** Every kind of id, as JSON text: most must not be accepted, and none may be answered twice. */
export const hostileIds = [
  '0',
  '-0',
  '-1',
  '1.5',
  '1e3',
  '1e999',
  '9007199254740991',
  '9007199254740992',
  '-9007199254740993',
  'null',
  'true',
  'false',
  '""',
  '"1"',
  '"__proto__"',
  '"\\u0000"',
  '"\\ud800"',
  JSON.stringify('é'.repeat(32)),
  JSON.stringify('é'.repeat(33)),
  JSON.stringify('x'.repeat(64)),
  JSON.stringify('x'.repeat(65)),
  JSON.stringify('x'.repeat(4000)),
  '[]',
  '[1]',
  '{}',
  '{"toString":1}',
] as const

/** Numbers a parser may stumble over, as JSON text. */
export const hostileNumbers = [
  '1e999',
  '-1e999',
  '1e-999',
  '-0',
  '00',
  '1.',
  '.5',
  '+1',
  '0x10',
  'NaN',
  'Infinity',
  '9007199254740993',
  '123456789'.repeat(200),
  `0.${'1'.repeat(3000)}`,
] as const

/** Values that reach for prototypes, as JSON text. */
export const prototypeValues = [
  '{"__proto__":{"polluted":true}}',
  '{"__proto__":null}',
  '{"constructor":{"prototype":{"polluted":true}}}',
  '{"text":"x","__proto__":[]}',
  '{"toJSON":1,"valueOf":2,"toString":3}',
  '{"then":1}',
  '{"hasOwnProperty":1,"length":-1}',
  '{"text":{"__proto__":{"length":5}}}',
] as const

/** JSON texts that are no message at all. */
export const scalars = [
  'null',
  'true',
  '0',
  '"text"',
  '[]',
  '{}',
  '[[]]',
  '[{"event":"say","path":"/chat/general"}]',
  '{"id":1}',
  '{"id":1,"data":1}',
  ' ',
  '\ufeff{}',
  'undefined',
  '{}{}',
  '{"event":1}\n',
  '/*c*/{}',
  "{'event':'x'}",
] as const

/** A value of a kind that is probably not the expected one, as JSON text. */
export function anyValue(random: Random): string {
  const kinds = [
    () => 'null',
    () => 'true',
    () => String(random.next()),
    () => random.pick(hostileNumbers),
    () => JSON.stringify(random.text(random.int(40))),
    () => JSON.stringify('\u0000\ud83d\ude00\u2028'),
    () => '"\\ud800\\udc00\\ud800"',
    () => '[]',
    () => '[1,[2,{"a":[null]}]]',
    () => '{}',
    () => random.pick(prototypeValues),
    () => nested(random, random.between(1, 200)),
  ]
  return random.pick(kinds)()
}

/** Arrays or objects in one another, some not closed again. */
export function nested(random: Random, depth: number): string {
  const [open, close] = random.pick([
    ['[', ']'],
    ['{"a":', '}'],
    ['[{"a":', '}]'],
  ] as const)
  return open.repeat(depth) + '1' + (random.oneIn(8) ? '' : close.repeat(depth))
}
