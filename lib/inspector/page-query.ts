/** A part of a list: what matches, from one place on. */
export interface PageQuery {
  /** What it has to have in it; empty for all. */
  readonly text: string
  readonly offset: number
  readonly limit: number
}

/** The rows that were asked for, and how many there are in all. */
export interface Page<Row> {
  readonly total: number
  readonly rows: readonly Row[]
}

const MOST_ROWS = 500
const DEFAULT_ROWS = 100

/** What a URL asks for; what it does not say, or not well, is a default. */
export function pageQueryOf(query: URLSearchParams): PageQuery {
  return {
    text: query.get('text') ?? '',
    offset: countOf(query, 'offset', 0) ?? 0,
    limit: Math.min(countOf(query, 'limit', 1) ?? DEFAULT_ROWS, MOST_ROWS),
  }
}

function countOf(query: URLSearchParams, name: string, least: number): number | undefined {
  const value = Number(query.get(name) ?? Number.NaN)
  return Number.isSafeInteger(value) && value >= least ? value : undefined
}
