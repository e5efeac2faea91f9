import { allOf } from '../async/maybe-promise.js'
import type { WsContext } from '../runtime/ws-context.js'
import type { ArgumentReader } from './arguments.js'
import type { Runner } from './compose.js'
import type { InstanceProvider } from './providers.js'

type Instance = Record<string | symbol, (...args: unknown[]) => unknown>

/**
 * Compiles the call of a method: read the arguments, call. Short lists are written out, since an
 * array per message is what most handlers would spend their time on.
 */
export function compileInvocation(
  provider: InstanceProvider,
  name: string | symbol,
  readers: readonly ArgumentReader[],
): Runner {
  if (readers.some(isLate)) return invokeLater(provider, name, readers)
  const only = readers[0]
  // By itself, since what a closure can see is in memory for each of a thousand routes.
  if (only && readers.length === 1) return invokeWithOne(provider, name, only.read)
  return invokeWithMany(provider, name, readers)
}

function isLate({ isAsync }: ArgumentReader): boolean {
  return isAsync
}

function instanceOf(provider: InstanceProvider, context: WsContext): Instance {
  return provider.get(context.connection) as Instance
}

function invokeWithOne(
  provider: InstanceProvider,
  name: string | symbol,
  read: ArgumentReader['read'],
): Runner {
  return (context) => instanceOf(provider, context)[name]?.(read(context))
}

function invokeWithMany(
  provider: InstanceProvider,
  name: string | symbol,
  readers: readonly ArgumentReader[],
): Runner {
  const of = (context: WsContext): Instance => instanceOf(provider, context)
  const a = readers[0]?.read
  const b = readers[1]?.read
  const c = readers[2]?.read
  const d = readers[3]?.read
  if (!a || !b) return (context) => of(context)[name]?.()
  if (!c) return (context) => of(context)[name]?.(a(context), b(context))
  if (!d) return (context) => of(context)[name]?.(a(context), b(context), c(context))
  if (readers.length === 4) {
    return (context) => of(context)[name]?.(a(context), b(context), c(context), d(context))
  }
  const reads = readers.map(({ read }) => read)
  return (context) => of(context)[name]?.(...reads.map((read) => read(context)))
}

function invokeLater(
  provider: InstanceProvider,
  name: string | symbol,
  readers: readonly ArgumentReader[],
): Runner {
  return async (context) => {
    const args = await allOf(
      readers.map(
        ({ read }) =>
          () =>
            read(context),
      ),
    )
    const instance = instanceOf(provider, context)
    return instance[name]?.(...args)
  }
}
