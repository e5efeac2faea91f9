import { append, ownMethod, ownRecord } from '../metadata/store.js'
import type {
  Constructor,
  DocumentHookKind,
  MethodRecord,
  ParameterSource,
} from '../metadata/records.js'

/**
 * Builds a method decorator that writes into the method's record. A static method has no
 * controller to run on, so it is noted as misplaced and reported at start-up.
 */
export function methodDecorator(
  decorator: string,
  write: (record: MethodRecord) => void,
): MethodDecorator {
  return (target, name) => {
    if (typeof target === 'function') {
      misplaced(target as unknown as Constructor, decorator, `static ${String(name)}`)
    } else {
      write(ownMethod(target.constructor as Constructor, name))
    }
  }
}

/** Builds the decorator of a method that decides or hears of a document. */
export function documentHook(
  decorator: string,
  kind: DocumentHookKind,
  types: readonly unknown[] = [],
): MethodDecorator {
  const onMethod = methodDecorator(decorator, (record) => {
    record.documentHooks = append(record.documentHooks, { kind, types })
  })
  return (target, name, descriptor) => {
    // Untyped code may put it on a class.
    if ((name as unknown) === undefined) {
      misplaced(target as unknown as Constructor, decorator, 'the class')
    } else onMethod(target, name, descriptor)
  }
}

/** Builds a parameter decorator that writes into the method's record. */
export function parameterDecorator(
  decorator: string,
  source: ParameterSource,
  ...args: readonly unknown[]
): ParameterDecorator {
  return (target, name, index) => {
    if (typeof target === 'function') {
      const where = name === undefined ? 'constructor' : `static ${String(name)}`
      misplaced(target as unknown as Constructor, decorator, where)
    } else if (name !== undefined) {
      const record = ownMethod(target.constructor as Constructor, name)
      record.parameters = append(record.parameters, { index, source, args })
    }
  }
}

function misplaced(target: Constructor, decorator: string, where: string): void {
  ownRecord(target).misplaced.push({ decorator, where })
}
