import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { match as referenceMatch } from 'path-to-regexp'
import { toParams } from '../../../lib/routing/params.js'
import { PathTrie } from '../../../lib/routing/path-trie.js'
import { PlainPath } from '../../../lib/routing/plain-path.js'
import { parsePattern, type Pattern } from '../../../lib/routing/pattern.js'

const AS_ENFILADE = { sensitive: true, trailing: false, decode: false } as const

/** Fixed, so that a run can be repeated. */
const seed = Number(process.env.PROPERTY_SEED ?? 1)

const text = fc.constantFrom('a', 'b', 'ab', 'A', 'v1', '-', '.', 'é')
/** `@` is replaced by a name of its own each time. */
const segment = fc.oneof(
  { weight: 5, arbitrary: text },
  { weight: 4, arbitrary: fc.constant(':@') },
  { weight: 1, arbitrary: fc.constantFrom('v:@', ':@.:@', ':@-a', 'a:@b', ':@{.:@}') },
)
const piece = fc.oneof(
  { weight: 5, arbitrary: segment.map((one) => `/${one}`) },
  { weight: 1, arbitrary: segment.map((one) => `{/${one}}`) },
  { weight: 1, arbitrary: fc.tuple(segment, segment).map(([one, two]) => `{/${one}{/${two}}}`) },
)
const tail = fc.oneof(
  { weight: 5, arbitrary: fc.constant('') },
  { weight: 2, arbitrary: fc.constantFrom('/*@', '{/*@}', '/') },
)
const pattern = fc
  .tuple(segment, fc.array(piece, { maxLength: 3 }), tail)
  .map(([first, rest, last]) => `/${first}${rest.join('')}${last}`)
  .filter((source) => source.split('{').length <= 6)
  .map((source) => {
    let count = 0
    return source.replaceAll('@', () => `p${count++}`)
  })

const word = fc.oneof(text, fc.constantFrom('', 'x', 'v2', 'a.b', 'a-a', 'aab', '%', 'a\nb', '..'))
const path = fc.array(word, { minLength: 1, maxLength: 5 }).map((words) => `/${words.join('/')}`)

/** The patterns that stand for one with optional groups, the fullest first. */
function variantsOf(source: string): string[] {
  const group = /\{([^{}]*)\}/.exec(source)
  if (!group) return [source]
  const [whole, inner = ''] = group
  return [source.replace(whole, () => inner), source.replace(whole, '')].flatMap(variantsOf)
}

type Match = Record<string, string> | undefined

function reference(source: string, at: string): Match {
  const result = referenceMatch(source, AS_ENFILADE)(at)
  return result ? ({ ...result.params } as Record<string, string>) : undefined
}

function trieMatch(source: string, at: string): Match {
  const trie = new PathTrie<true>()
  trie.add(parsePattern(source), true)
  const result = trie.match(at)
  return result && { ...toParams(result.names, result.raw) }
}

describe('PathTrie against path-to-regexp', () => {
  it('reads plain patterns as path-to-regexp does', () => {
    const name = fc.constantFrom('a', 'b', 'room', '$x', '_', 'é', 'aé', 'x9')
    const plain = fc.oneof(text, fc.constantFrom('', 'x y', '"', '%', '~a', '日本', '.', '$'))
    const pieces = fc.uniqueArray(
      fc.oneof(
        plain.map((word) => ({ short: word, long: word.replaceAll(/./gu, '\\$&') })),
        name.map((word) => ({ short: `:${word}`, long: `:"${word}"` })),
      ),
      { minLength: 1, maxLength: 5, selector: ({ short }) => short },
    )
    fc.assert(
      fc.property(pieces, (list) => {
        const source = list.map(({ short }) => `/${short}`).join('')
        const quoted = list.map(({ long }) => `/${long}`).join('')
        expect(read(source)).toEqual({ ...read(quoted), source })
      }),
      { seed, numRuns: 1000 },
    )
  })

  it('matches one pattern exactly when path-to-regexp does, with the same parameters', () => {
    fc.assert(
      fc.property(pattern, path, (source, at) => {
        const found = trieMatch(source, at)
        const expected = reference(source, at)
        expect(found === undefined).toBe(expected === undefined)
        // With optional groups several variants may match, and static segments win here.
        const fits = variantsOf(source).map((variant) => reference(variant, at))
        if (found) expect(fits).toContainEqual(found)
        if (!source.includes('{')) expect(found).toEqual(expected)
      }),
      { seed, numRuns: 3000 },
    )
  })

  it('a plain path, where it is the only one, matches as the tree does', () => {
    fc.assert(
      fc.property(pattern, path, (source, at) => {
        const [segments = [], another] = parsePattern(source).variants
        const plain = another ? undefined : PlainPath.of(segments)
        if (!plain) return
        expect(plain.match(at)).toEqual(trieMatch(source, at))
      }),
      { seed, numRuns: 2000 },
    )
  })

  it('matches a table of patterns exactly when one of them matches, and then one that does', () => {
    fc.assert(
      fc.property(fc.array(pattern, { maxLength: 12 }), fc.array(path), (sources, paths) => {
        const trie = new PathTrie<string>()
        const added = sources.filter(
          (source) => trie.add(parsePattern(source), source) === undefined,
        )
        for (const at of paths) {
          const matching = added.filter((source) => reference(source, at))
          const found = trie.match(at)
          if (matching.length === 0) expect(found).toBeUndefined()
          else expect(matching).toContain(found?.value)
        }
      }),
      { seed, numRuns: 1000 },
    )
  })
})

/** What a pattern says, whatever it is made of. */
function read(pattern: string): Pattern {
  const { source, variants, required, names } = parsePattern(pattern)
  return { source, variants, required, names }
}
