import { jsonWire, msgpackWire, type Wire } from '../../load/wire.js'
import { CliError, EXIT_CODES, usageError } from '../cli-error.js'
import type { CliCall } from '../command.js'
import { readText } from '../read-options.js'

/**
 * What is spoken with the server. MessagePack is loaded when it is asked for.
 *
 * @throws CliError when there is no such codec, or its package is not installed
 */
export async function readWire(options: CliCall['options']): Promise<Wire> {
  const name = readText(options, 'codec') ?? 'json'
  if (name === 'json') return jsonWire
  if (name !== 'msgpack') {
    throw usageError(`--codec is "${name}", but has to be json or msgpack`)
  }
  try {
    const { msgpack } = await import('../../msgpack/msgpack.js')
    return msgpackWire(msgpack())
  } catch (cause) {
    if ((cause as { code?: unknown }).code !== 'ERR_MODULE_NOT_FOUND') throw cause
    const text = '--codec msgpack needs a package: npm install msgpackr'
    throw new CliError(text, EXIT_CODES.FAILURE, { cause })
  }
}
