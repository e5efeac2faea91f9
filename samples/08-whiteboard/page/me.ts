/** Who one is, for as long as the tab is open. */
export interface Me {
  readonly name: string
  /** Degrees. */
  readonly hue: number
  /** By which the server knows the tab again after a reload. */
  readonly secret: string
}

export const HUES = [85, 25, 345, 300, 255, 200, 150] as const

const FIRST = ['Quiet', 'Amber', 'Swift', 'Early', 'Velvet', 'Northern', 'Little', 'Silver']
const SECOND = ['Heron', 'Otter', 'Lynx', 'Finch', 'Badger', 'Marten', 'Plover', 'Hare']

const KEY = 'whiteboard-me'

/** The same one after a reload, where the browser may keep it. */
export function findMe(): Me {
  try {
    const kept = sessionStorage.getItem(KEY)
    if (kept) return JSON.parse(kept) as Me
    const me = somebody()
    sessionStorage.setItem(KEY, JSON.stringify(me))
    return me
  } catch {
    return somebody()
  }
}

function somebody(): Me {
  return {
    name: `${pick(FIRST)} ${pick(SECOND)}`,
    hue: pick(HUES),
    secret: crypto.randomUUID(),
  }
}

function pick<T>(from: readonly T[]): T {
  return from[Math.floor(Math.random() * from.length)] as T
}
