import type * as Uws from 'uWebSockets.js'
import { WsPlatformError } from '../errors/ws-platform-error.js'

const NAME = 'uWebSockets.js'
const PACK = 'uWebSockets.js@npm:uws-pack@20.0.8'
const OFFICIAL = 'github:uNetworking/uWebSockets.js'

/** The binaries that the pinned package carries, by major version of Node. */
const PACKED_NODES: readonly string[] = ['18', '20', '21', '22']

/** The native app. */
export type NativeApp = Uws.TemplatedApp

/** What is used of the module. The typings of the pinned package leave its constants out. */
export interface UwsModule extends Pick<
  typeof Uws,
  'App' | 'SSLApp' | 'us_listen_socket_close' | 'us_socket_local_port'
> {
  readonly DISABLED: number
  readonly SHARED_COMPRESSOR: number
  readonly SHARED_DECOMPRESSOR: number
  readonly LIBUS_LISTEN_EXCLUSIVE_PORT: number
}

type Loaded = { readonly uws: UwsModule } | { readonly error: unknown }

// Loaded with this module, since it is ESM only and `createWsApp` is synchronous; but a failure is
// kept for `createWsApp`, which can say what to do about it.
const loaded: Loaded = await load()

async function load(): Promise<Loaded> {
  try {
    const module = (await import(NAME)) as UwsModule | { readonly default: UwsModule }
    return { uws: 'App' in module ? module : module.default }
  } catch (error) {
    return { error }
  }
}

/**
 * The native module.
 *
 * @throws WsPlatformError that says what to install
 */
export function requireUws(): UwsModule {
  if ('uws' in loaded) return loaded.uws
  throw new WsPlatformError(explain(loaded.error, process.versions.node), { cause: loaded.error })
}

/** What to install, given why it could not be loaded. */
export function explain(error: unknown, nodeVersion: string): string {
  const [major = ''] = nodeVersion.split('.')
  const isMissing = (error as { code?: unknown } | undefined)?.code === 'ERR_MODULE_NOT_FOUND'
  const install = PACKED_NODES.includes(major)
    ? `npm install ${PACK}`
    : `npm install ${OFFICIAL} (its newest release; ${PACK} carries binaries for Node ${PACKED_NODES.join(', ')} only)`
  const place = `Node ${nodeVersion} on ${process.platform} ${process.arch}`
  return isMissing
    ? `${NAME} is not installed. Run: ${install}`
    : `${NAME} cannot be loaded by ${place}; it was built for others. Run: ${install}`
}
