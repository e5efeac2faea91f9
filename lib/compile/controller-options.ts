import type { Problems } from '../errors/problems.js'
import { showValue } from '../errors/show-value.js'
import { faultOfWindow, type BroadcastWindow } from '../rooms/broadcast-window.js'
import { readOptions } from './decorator-options.js'

/** What `@Controller` says beside the prefix. */
export interface CompiledControllerOptions {
  readonly broadcastWindow: BroadcastWindow | undefined
}

/** Reads the options of `@Controller`; what is wrong with them goes to the problems. */
export function readControllerOptions(
  options: unknown,
  where: string,
  problems: Problems,
): CompiledControllerOptions {
  const place = { decorator: '@Controller', where, problems }
  const { broadcastWindow } = readOptions(options, ['broadcastWindow'], place)
  const fault = broadcastWindow === undefined ? undefined : faultOfWindow(broadcastWindow)
  if (fault !== undefined) {
    const text = `@Controller: broadcastWindow ${fault}, got ${showValue(broadcastWindow)}`
    problems.add(where, text, 'leave it out for what the app says')
  }
  return { broadcastWindow: broadcastWindow as BroadcastWindow | undefined }
}
