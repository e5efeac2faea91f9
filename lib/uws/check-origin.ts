/** Says whether a request may come from an origin. */
export type OriginCheck = (origin: string | undefined, host: string) => boolean

/** Compiles the option `origins`. */
export function compileOriginCheck(origins: readonly string[] | '*' | undefined): OriginCheck {
  if (origins === '*') return () => true
  if (origins === undefined)
    return (origin, host) => origin === undefined || isSameHost(origin, host)
  const allowed = new Set(origins.map((origin) => origin.toLowerCase()))
  return (origin) => origin === undefined || allowed.has(origin.toLowerCase())
}

/** The scheme is not compared: behind a proxy that ends TLS it differs. */
function isSameHost(origin: string, host: string): boolean {
  if (!URL.canParse(origin)) return false
  const { host: originHost, protocol, origin: normal } = new URL(origin)
  if (normal === 'null') return false
  const defaultPort = protocol === 'https:' ? ':443' : ':80'
  const asked = host.toLowerCase()
  return originHost === (asked.endsWith(defaultPort) ? asked.slice(0, -defaultPort.length) : asked)
}
