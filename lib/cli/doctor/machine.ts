import { readFileSync } from 'node:fs'

/** What is asked of a machine: so that a test can make one up. */
export interface Machine {
  /** The version of Node, without `v`. */
  readonly node: string
  readonly platform: string
  readonly arch: string
  /** The version of glibc; absent when the C library is another one. */
  readonly glibc: string | undefined
  /** Files and sockets that this process may have open; absent when nobody says so. */
  readonly openFiles: number | undefined
  /** The content of a file; absent when it cannot be read. */
  readonly read: (path: string) => string | undefined
  /** Loads a module; rejects as `import` does. */
  readonly load: (name: string) => Promise<unknown>
}

interface Report {
  readonly header: { readonly glibcVersionRuntime?: string }
  readonly userLimits?: { readonly open_files?: { readonly soft: number | string } }
}

/** The machine that this runs on. */
export function thisMachine(): Machine {
  const { header, userLimits } = process.report.getReport() as unknown as Report
  const soft = userLimits?.open_files?.soft
  return {
    node: process.versions.node,
    platform: process.platform,
    arch: process.arch,
    glibc: header.glibcVersionRuntime,
    openFiles: soft === 'unlimited' ? Infinity : soft === undefined ? undefined : Number(soft),
    read: (path) => {
      try {
        return readFileSync(path, 'utf8')
      } catch {
        return undefined
      }
    },
    load: (name) => import(name),
  }
}
