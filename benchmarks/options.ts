import { parseArgs } from 'node:util'
import { CONTENDERS, type Contender } from './contenders/contender.js'

/** The command line. */
export interface Options {
  readonly quick: boolean
  readonly correctness: boolean
  readonly check: boolean
  /** Whether the report goes into docs/performance.md. */
  readonly docs: boolean
  readonly only: string
  readonly contenders: readonly Contender[]
  readonly json: string | undefined
  readonly svg: string | undefined
  /** Turns and seconds of a turn; what `--quick` is about when absent. */
  readonly turns: number | undefined
  readonly seconds: number | undefined
  /** The folder for CPU profiles of the servers. */
  readonly profile: string | undefined
  /** A report to show again, instead of measuring. */
  readonly from: string | undefined
  readonly urls: readonly string[]
  readonly pids: readonly number[]
  readonly scenario: string | undefined
}

/** @throws Error that says which option is wrong */
export function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      quick: { type: 'boolean', default: false },
      correctness: { type: 'boolean', default: false },
      check: { type: 'boolean', default: false },
      docs: { type: 'boolean', default: false },
      only: { type: 'string', default: '' },
      contenders: { type: 'string' },
      turns: { type: 'string' },
      seconds: { type: 'string' },
      profile: { type: 'string' },
      json: { type: 'string' },
      svg: { type: 'string' },
      from: { type: 'string' },
      url: { type: 'string', multiple: true, default: [] },
      pid: { type: 'string', multiple: true, default: [] },
      scenario: { type: 'string' },
    },
  })
  const { url, pid, contenders, turns, seconds, ...given } = values
  const { json, svg, from, scenario, profile, ...flags } = given
  if (url.length > 0 && scenario === undefined) throw new Error('--url needs --scenario FILE')
  if (url.length === 0 && scenario !== undefined) throw new Error('--scenario needs --url ws://…')
  return {
    ...flags,
    ...{ json, svg, from, scenario, profile, urls: url, pids: pid.map(Number) },
    turns: turns === undefined ? undefined : above('--turns', turns, 1),
    seconds: seconds === undefined ? undefined : above('--seconds', seconds, 0.05),
    contenders: contenders === undefined ? CONTENDERS : chosen(contenders),
  }
}

/** The control is always there: the others are told as ratios to it. */
function chosen(list: string): Contender[] {
  const keys = list.split(',').map((key) => key.trim())
  const known = CONTENDERS.map(({ key }) => key)
  const unknown = keys.find((key) => !known.includes(key))
  if (unknown !== undefined) {
    throw new Error(`--contenders: "${unknown}" is none of ${known.join(', ')}`)
  }
  return CONTENDERS.filter(({ key }) => key === 'control' || keys.includes(key))
}

function above(name: string, text: string, least: number): number {
  const value = Number(text)
  if (value >= least) return value
  throw new Error(`${name} must be a number from ${least}, not "${text}"`)
}
