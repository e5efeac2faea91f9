import { Problems } from '../errors/problems.js'
import { showValue } from '../errors/show-value.js'
import { faultOfWindow, type BroadcastWindow } from '../rooms/broadcast-window.js'
import {
  DEFAULT_HISTORY,
  type HistoryChoice,
  type HistoryOptions,
} from '../rooms/history/room-history.js'
import type { HistoryBounds } from '../runtime/route.js'
import { readOptions, type OptionsPlace } from './decorator-options.js'

/** What `@Controller` says beside the prefix. */
export interface CompiledControllerOptions {
  readonly broadcastWindow: BroadcastWindow | undefined
  readonly history: HistoryBounds | undefined
}

/** Reads the options of `@Controller`; what is wrong with them goes to the problems. */
export function readControllerOptions(
  options: unknown,
  where: string,
  problems: Problems,
): CompiledControllerOptions {
  const place = { decorator: '@Controller', where, problems }
  const { broadcastWindow, history } = readOptions(options, ['broadcastWindow', 'history'], place)
  const fault = broadcastWindow === undefined ? undefined : faultOfWindow(broadcastWindow)
  if (fault !== undefined) {
    const text = `@Controller: broadcastWindow ${fault}, got ${showValue(broadcastWindow)}`
    problems.add(where, text, 'leave it out for what the app says')
  }
  return {
    broadcastWindow: broadcastWindow as BroadcastWindow | undefined,
    history: compileHistory(history, place),
  }
}

function compileHistory(given: unknown, place: OptionsPlace): HistoryBounds | undefined {
  if (typeof given === 'function') {
    const choose = given as HistoryChoice
    return (params, room) => readChoice(choose(params, room) ?? false, room, place.where)
  }
  const bounds = readHistory(given, place)
  return bounds && (() => bounds)
}

/** @throws TypeError for what is no choice: whoever enters the room fails with it, and it is logged */
function readChoice(
  chosen: unknown,
  room: string,
  where: string,
): Required<HistoryOptions> | undefined {
  const problems = new Problems()
  const bounds = readHistory(chosen, { decorator: '@Controller', where, problems })
  if (!problems.first) return bounds
  const { problem, mend } = problems.first
  throw new TypeError(`${where}, of the room "${room}": ${problem}; ${mend}`)
}

const MAX_HISTORY = { size: 10_000, ttl: 86_400 }

function readHistory(given: unknown, place: OptionsPlace): Required<HistoryOptions> | undefined {
  if (given === undefined || given === false) return undefined
  if (given === true) return DEFAULT_HISTORY
  const { where, problems } = place
  const within = { ...place, decorator: '@Controller: history' }
  const { size, ttl } = readOptions(given, ['size', 'ttl'], within)
  const whole = (name: 'size' | 'ttl', value: unknown = DEFAULT_HISTORY[name]): number => {
    const max = MAX_HISTORY[name]
    if (Number.isInteger(value) && Number(value) >= 1 && Number(value) <= max) return Number(value)
    problems.add(
      where,
      `@Controller: history.${name} must be a whole number from 1 to ${max}, got ${showValue(value)}`,
      `leave it out for ${DEFAULT_HISTORY[name]}`,
    )
    return DEFAULT_HISTORY[name]
  }
  return { size: whole('size', size), ttl: whole('ttl', ttl) }
}
