import { sep } from 'node:path'
import { fileURLToPath } from 'node:url'

const PACKAGES = `${sep}node_modules${sep}`

/**
 * The files that a process says it has loaded, as Node reports them to who asks for it by
 * `WATCH_REPORT_DEPENDENCIES`; those of packages are left out.
 */
export function loadedFiles(message: unknown): string[] {
  if (typeof message !== 'object' || message === null) return []
  const { 'watch:import': imported, 'watch:require': required } = message as Record<string, unknown>
  return [...textsOf(imported).flatMap(pathOf), ...textsOf(required)].filter(
    (path) => !path.includes(PACKAGES),
  )
}

function textsOf(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : []
}

/** Modules of Node, and those that are made up, are no files. A compiler may add a query. */
function pathOf(url: string): string[] {
  return url.startsWith('file:') ? [fileURLToPath(new URL(url.replace(/[?#].*$/, '')))] : []
}
