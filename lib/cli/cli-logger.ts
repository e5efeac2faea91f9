import type { WsLogger } from '../logging/logger.js'
import { errorText } from '../errors/show-value.js'
import type { CliIo, Style } from './cli-io.js'

/** A logger that writes lines for people: what goes wrong to the error output. */
export function cliLogger({ out, err, style }: CliIo): WsLogger {
  const line =
    (write: (text: string) => void, colour: Style | undefined): WsLogger['info'] =>
    (fields, text) => {
      const shown = colour === undefined ? text : style(colour, text)
      write(`${style('dim', 'enfilade:')} ${shown}${describe(fields)}\n`)
    }
  return {
    debug: () => undefined,
    info: line(out, undefined),
    warn: line(err, 'yellow'),
    error: line(err, 'red'),
  }
}

function describe(fields: object): string {
  const { err: fault } = fields as { err?: unknown }
  if (fault === undefined) return ''
  return `\n${fault instanceof Error ? (fault.stack ?? fault.message) : errorText(fault)}`
}
