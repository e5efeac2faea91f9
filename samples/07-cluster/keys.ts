const EVERY = 10_000
const CTRL_C = '\u0003'

/** What keys do. */
export interface Deeds {
  /** Kills a node, counted from 1; there may be none of that number. */
  node(index: number): void
  redis(): void
  end(): void
}

/**
 * Does what keys say, in a terminal; else, what is written to the input.
 *
 * @param alone presses `1`, `r`, `2`, `r`, … by itself as well
 */
export function obeyKeys(deeds: Deeds, alone: boolean): void {
  const { stdin } = process
  if (stdin.isTTY) stdin.setRawMode(true)
  stdin.setEncoding('utf8').on('data', (typed: string) => {
    for (const key of typed) obey(key, deeds)
  })
  if (!alone) return
  let turn = 0
  setInterval(() => obey('1r2r'.charAt(turn++ % 4), deeds), EVERY)
}

function obey(key: string, deeds: Deeds): void {
  if (/[1-9]/.test(key)) deeds.node(Number(key))
  else if (key === 'r') deeds.redis()
  else if (key === 'q' || key === CTRL_C) deeds.end()
}
