import { judge, type Bound, type Judged } from './bounds.js'
import type { Row } from './row.js'

/** A figure that is past its bound is measured so often, before it counts: machines are shared. */
const ATTEMPTS = 4

/** What became of one bound. */
export interface Verdict {
  readonly what: string
  readonly holds: boolean
  /** Of every attempt, in order. */
  readonly values: readonly number[]
}

/** The rows of a measurement that was checked. */
export interface Checked {
  /** Of the first attempt, which everyone took part in. */
  readonly rows: readonly Row[]
  readonly verdicts: readonly Verdict[]
}

/**
 * Measures, and measures again, in fresh processes, while some figure is past its bound: a bound
 * holds when it held once. A regression is there every time; a busy machine is not.
 *
 * @param measure Told how many attempts there were before.
 */
export async function measureChecked(
  measure: (before: number) => Promise<readonly Row[]>,
  bounds?: readonly Bound[],
): Promise<Checked> {
  const rows = await measure(0)
  const attempts = [judge(rows, bounds)]
  while (verdictsOf(attempts).some(({ holds }) => !holds) && attempts.length < ATTEMPTS) {
    attempts.push(judge(await measure(attempts.length), bounds))
  }
  return { rows, verdicts: verdictsOf(attempts) }
}

/** The same words in every run in which all bounds hold. */
export function renderVerdicts(verdicts: readonly Verdict[]): string {
  const held = verdicts.filter(({ holds }) => holds).length
  const lines = verdicts
    .filter(({ holds }) => !holds)
    .map(({ what, values }) => {
      return `past its bound: ${what}; measured ${values.map((value) => value.toFixed(2)).join(', ')}`
    })
  return [...lines, `${held} of ${verdicts.length} bounds hold`].join('\n')
}

/** One verdict for each bound, from what was measured in one attempt or several. */
export function verdictsOf(attempts: readonly (readonly Judged[])[]): Verdict[] {
  const [first = []] = attempts
  return first.map(({ what, most }) => {
    const values = attempts.flatMap((attempt) =>
      attempt.filter((other) => other.what === what).map(({ value }) => value),
    )
    return { what, holds: values.some((value) => value <= most), values }
  })
}
