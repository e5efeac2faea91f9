/** How many times each thing happened. */
export type Counts = Record<string, number>

/** Adds to one of the `Counts`. */
export function count(counts: Counts, what: string | number, by = 1): void {
  counts[what] = (counts[what] ?? 0) + by
}

/** What a fuzz run throws: the finding, and how to see it again. */
export class FuzzFailure extends Error {
  override readonly name = 'FuzzFailure'

  constructor(finding: string, seed: number, cause?: unknown) {
    // Not `instanceof`: under jest, errors of Node's own modules come from another realm.
    const message = (cause as { message?: unknown } | undefined)?.message
    const detail = typeof message === 'string' ? `: ${message}` : ''
    super(`${finding}${detail}\nRun it again with FUZZ_SEED=${seed}`, { cause })
  }
}

/** Size of a run: the variable (`FUZZ_FRAMES`, `FUZZ_UPGRADES`) can raise the default, not lower it. */
export function fuzzCount(variable: 'FUZZ_FRAMES' | 'FUZZ_UPGRADES', fallback: number): number {
  const asked = Number(process.env[variable] ?? 0)
  return Number.isSafeInteger(asked) ? Math.max(asked, fallback) : fallback
}

/** Seed of a run; `FUZZ_SEED` overrules the default. */
export function fuzzSeed(fallback: number): number {
  const asked = Number(process.env.FUZZ_SEED)
  return Number.isSafeInteger(asked) && asked > 0 ? asked : fallback
}
