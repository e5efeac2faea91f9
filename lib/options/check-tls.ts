import { errorText, showValue } from '../errors/show-value.js'
import type { TlsOptions } from './options.js'

const FILES = ['key_file_name', 'cert_file_name', 'ca_file_name', 'dh_params_file_name'] as const
const TEXTS = ['passphrase', 'ssl_ciphers'] as const
const NAMES: readonly string[] = [...FILES, ...TEXTS, 'ssl_prefer_low_memory_usage']

/**
 * Checks the option `tls`: uWebSockets.js says of whatever is wrong that it cannot be used, and not
 * why.
 *
 * @returns what is wrong, or `undefined`
 */
export function checkTls(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null) {
    return 'must name key_file_name and cert_file_name'
  }
  const given = value as Readonly<Record<string, unknown>>
  for (const name of ['key_file_name', 'cert_file_name']) {
    if (typeof given[name] !== 'string') return `must name ${name}`
  }
  for (const [name, part] of Object.entries(given)) {
    const fault = part === undefined ? undefined : checkPart(name, part)
    if (fault !== undefined) return fault
  }
  return tryOut(value as TlsOptions)
}

function checkPart(name: string, part: unknown): string | undefined {
  if (!NAMES.includes(name)) return `${name} is no part of it; there are ${NAMES.join(', ')}`
  if ((FILES as readonly string[]).includes(name)) {
    const { statSync } = process.getBuiltinModule('node:fs')
    const isFile = typeof part === 'string' && statSync(part, { throwIfNoEntry: false })?.isFile()
    return isFile ? undefined : `${name}: there is no file ${showValue(part)}`
  }
  if ((TEXTS as readonly string[]).includes(name) && typeof part !== 'string') {
    return `${name} must be a string, got ${showValue(part)}`
  }
  return undefined
}

/** OpenSSL, which Node has too, knows whether files, passphrase and ciphers go together. */
function tryOut(options: TlsOptions): string | undefined {
  const { readFileSync } = process.getBuiltinModule('node:fs')
  const { createSecureContext } = process.getBuiltinModule('node:tls')
  const { key_file_name: key, cert_file_name: cert, ca_file_name: ca, passphrase } = options
  const { ssl_ciphers: ciphers } = options
  try {
    createSecureContext({
      key: readFileSync(key),
      cert: readFileSync(cert),
      ...(ca !== undefined && { ca: readFileSync(ca) }),
      ...(passphrase !== undefined && { passphrase }),
      ...(ciphers !== undefined && { ciphers }),
    })
  } catch (error) {
    return `cannot be used: ${errorText(error)}`
  }
  return undefined
}
