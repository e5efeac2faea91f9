import { register as globalRegistry, type Registry } from 'prom-client'

/** What the metrics of this package stand under when nothing else is said. */
const DEFAULT_PREFIX = 'enfilade_'

/** Where metrics go, and under which names. */
export interface MetricPlace {
  /** Default: the global registry of prom-client. */
  readonly register?: Registry
  /**
   * What the names start with. Two apps in one registry need two prefixes. Default: `enfilade_`.
   */
  readonly prefix?: string
}

/**
 * The registry and the names of metrics that are about to be made.
 *
 * @throws TypeError when the place is none
 * @throws Error when the registry has one of them already
 */
export function checkPlace(
  where: string,
  { register = globalRegistry, prefix = DEFAULT_PREFIX }: MetricPlace,
  names: readonly string[],
): { register: Registry; prefix: string } {
  if (typeof (register as Partial<Registry> | null)?.registerMetric !== 'function') {
    throw new TypeError(`${where}: register is no registry of prom-client`)
  }
  const given: unknown = prefix
  if (typeof given !== 'string' || !/^(?:[a-zA-Z_:][\w:]*)?$/.test(given)) {
    throw new TypeError(`${where}: prefix "${String(given)}" cannot start the name of a metric`)
  }
  for (const name of names) {
    if (!register.getSingleMetric(prefix + name)) continue
    throw new Error(
      `${where}: the registry has a metric "${prefix}${name}" already; ` +
        'give each app a prefix or a registry of its own',
    )
  }
  return { register, prefix }
}
