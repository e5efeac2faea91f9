import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from '@jest/globals'
import {
  CLOSE_CODES,
  DEFAULT_LIMITS,
  ERROR_CODES,
  WsDefinitionError,
  type DefinitionProblem,
} from 'enfilade'
import { CLIENT_DEFAULTS } from 'enfilade/client'
import { jwtAuthorize, type JwtAuthorizeOptions } from 'enfilade/jwt'
import { Problems } from '../../lib/errors/problems.js'
import { checkOptions } from '../../lib/options/check-options.js'
import { plain, readPage, section, tableRows } from '../support/docs.js'
import { repository } from '../support/fixture.js'

const lib = readdirSync(join(repository, 'lib'), { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .map((name) => readFileSync(join(repository, 'lib', name), 'utf8'))
  .join('\n')

describe('the table of error codes in docs/errors.md', () => {
  const rows = tableRows(readPage('docs/errors.md'), 'code')

  it('is ERROR_CODES, with its texts', () => {
    expect(Object.fromEntries(rows.map(([code, text]) => [code, text]))).toEqual(ERROR_CODES)
  })

  it('says of a code that it is sent when lib/ sends it, and only then', () => {
    const uses = lib.matchAll(/(?:new WsError\(|super\(\s*|\bcode(?: =|:) )([1-9]\d\d)\b/g)
    const sent = [...new Set([...uses].map(([, code]) => code))]
    const documented = rows.filter(([, , when]) => !when?.startsWith('never')).map(([code]) => code)
    expect(sent.sort()).toEqual(documented)
  })
})

describe('the table of close codes in docs/protocol.md', () => {
  const rows = tableRows(readPage('docs/protocol.md'), 'code')

  it('is CLOSE_CODES', () => {
    const documented = rows.map(([code, name]) => [plain(name), Number(code)])
    expect(Object.fromEntries(documented)).toEqual(CLOSE_CODES)
  })

  it('says of a code that it is not sent yet when lib/ does not use it, and only then', () => {
    const unsent = rows.filter(([, , when]) => when?.includes('not sent yet'))
    const unused = Object.keys(CLOSE_CODES).filter((name) => !lib.includes(`CLOSE_CODES.${name}`))
    expect(unsent.map(([, name]) => plain(name))).toEqual(unused)
  })
})

describe('the tables of options in docs/options.md', () => {
  const page = readPage('docs/options.md')
  const limits = tableRows(section(page, 'Limits'), 'option')
  const others = ['The app', 'Who gets in'].flatMap((heading) =>
    tableRows(section(page, heading), 'option'),
  )

  it('name every option once, and nothing that is none', () => {
    const [unknown] = problemsWith({ noSuchOption: true })
    const known = unknown?.mend.replace('the options are ', '').split(', ')
    expect([...others, ...limits].map(([name]) => plain(name)).sort()).toEqual(known?.sort())
  })

  it.each(limits)('%s (%s) is %s by default', (name, _unit, given) => {
    const value = DEFAULT_LIMITS[plain(name) as keyof typeof DEFAULT_LIMITS]
    const documented = plain(given)
    expect(documented === 'off' ? undefined : JSON.parse(documented)).toEqual(value)
  })

  const ranges = limits
    .map(([name, _unit, _default, range]) => [plain(name), plain(range)] as const)
    .filter(([, range]) => /^\d/.test(range))

  it.each(ranges)('%s takes %s', (name, range) => {
    const [, first = '', last] = /^(\d+)(?: to (\d+))?/.exec(range) ?? []
    const takes = (value: number): boolean => problemsWith({ [name]: value }).length === 0
    const min = Number(first)
    const max = last === undefined ? Number.MAX_SAFE_INTEGER : Number(last)
    expect([min - 1, min, max, max + 1].map(takes)).toEqual([false, true, true, false])
    expect(takes(0)).toBe(min === 0 || range.includes('or 0 for none'))
    expect(takes(Infinity)).toBe(range.includes('or Infinity for none'))
  })
})

it('the table of options in docs/authentication.md has those of jwtAuthorize', () => {
  const rows = tableRows(readPage('docs/authentication.md'), 'option')
  const unknown = { noSuchOption: true } as object as JwtAuthorizeOptions
  const names = rows.map(([name]) => plain(name)).join(', ')
  expect(() => jwtAuthorize(unknown)).toThrow(`mend: the options are ${names}\n`)
})

describe('the table of options in docs/client.md', () => {
  const rows = tableRows(readPage('docs/client.md'), 'option')

  it('is CLIENT_DEFAULTS, with what has no default', () => {
    const given = rows.filter(([, , value]) => value?.startsWith('`'))
    const documented = given.map(([name, , value]) => [plain(name), JSON.parse(plain(value))])
    expect(Object.fromEntries(documented)).toEqual(CLIENT_DEFAULTS)
    const others = rows.filter((row) => !given.includes(row)).map(([name]) => plain(name))
    expect(others).toEqual(['token', 'codec', 'WebSocket'])
  })
})

/** What `createWsApp` finds wrong with options. */
function problemsWith(options: object): readonly DefinitionProblem[] {
  const problems = new Problems()
  checkOptions({ controllers: [], ...options }, problems)
  try {
    problems.throwIfAny()
    return []
  } catch (error) {
    if (error instanceof WsDefinitionError) return error.problems
    throw error
  }
}
