import { allOf } from '../async/maybe-promise.js'
import type { ArgumentReader } from './arguments.js'
import type { Runner } from './compose.js'
import type { InstanceProvider } from './providers.js'

type Method = (...args: unknown[]) => unknown

/**
 * Compiles the call of a method: read the arguments, call. Short lists are written out, since an
 * array per message is what most handlers would spend their time on.
 */
export function compileInvocation(
  provider: InstanceProvider,
  name: string | symbol,
  readers: readonly ArgumentReader[],
): Runner {
  if (readers.some(({ isAsync }) => isAsync)) return invokeLater(provider, name, readers)
  const of = (context: Parameters<Runner>[0]): Record<string | symbol, Method> =>
    provider.get(context.connection) as Record<string | symbol, Method>
  const a = readers[0]?.read
  const b = readers[1]?.read
  const c = readers[2]?.read
  const d = readers[3]?.read
  if (!a) return (context) => of(context)[name]?.()
  if (!b) return (context) => of(context)[name]?.(a(context))
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
    const instance = provider.get(context.connection) as Record<string | symbol, Method>
    return instance[name]?.(...args)
  }
}
