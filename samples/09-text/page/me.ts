/** Who writes, as the others see it. */
export interface Me {
  readonly name: string
  /** Of the caret and the name. */
  readonly color: string
  /** Of what is selected. */
  readonly colorLight: string
}

/** Hues that can be told apart, on paper and on slate. */
const HUES = [12, 38, 84, 152, 188, 214, 262, 322]

const FIRST = ['Quiet', 'Amber', 'Early', 'Clever', 'Distant', 'Gentle', 'Brisk', 'Velvet']
const LAST = ['Heron', 'Willow', 'Comet', 'Otter', 'Harbour', 'Lantern', 'Finch', 'Meadow']

const NAME = 'folio name'

/**
 * Somebody, with the name they had the last time.
 *
 * @param others whose colours are not free
 */
export function whoAmI(others: readonly Partial<Me>[]): Me {
  const free = HUES.filter((hue) => others.every(({ color }) => color !== colorOf(hue)))
  const hue = pick(free.length > 0 ? free : HUES)
  const name = localStorage.getItem(NAME) ?? `${pick(FIRST)} ${pick(LAST)}`
  return { name, color: colorOf(hue), colorLight: `hsl(${hue} 70% 50% / 0.22)` }
}

/** The same with another name. */
export function renamed(me: Me, name: string): Me {
  const kept = name.trim().slice(0, 40)
  if (kept === '') return me
  localStorage.setItem(NAME, kept)
  return { ...me, name: kept }
}

function colorOf(hue: number): string {
  return `hsl(${hue} 62% 42%)`
}

function pick<T>(from: readonly T[]): T {
  return from[Math.floor(Math.random() * from.length)] as T
}
