import { createRequire } from 'node:module'
import type * as ClassTransformer from 'class-transformer'
import type * as ClassValidator from 'class-validator'
import type { ValidationError, Validator, ValidatorOptions } from 'class-validator'

/** The two libraries, loaded with the first DTO: an app without one does not pay the 300 ms. */
export interface ValidationLibraries {
  readonly validator: typeof ClassValidator
  /** Where the files of class-validator are, with a separator at the end. */
  readonly validatorFolder: string
  /** What `validateSync` is made of; it also tells of promises, which `validateSync` forgets. */
  readonly Executor: new (validator: Validator, options: ValidatorOptions) => Executor
  readonly transformer: typeof ClassTransformer
  /** class-transformer's own record of `@Type`, which it does not export by name. */
  readonly types: TypeStorage
}

/** One validation. */
export interface Executor {
  readonly awaitingPromises: readonly PromiseLike<unknown>[]
  execute(instance: object, schema: string | undefined, errors: ValidationError[]): void
  stripEmptyErrors(errors: ValidationError[]): ValidationError[]
}

/** The part of class-transformer's metadata storage that is read here. */
export interface TypeStorage {
  findTypeMetadata(target: object, property: string): TypeMetadata | undefined
  findTransformMetadatas(target: object, property: string, type: number): readonly unknown[]
  getStrategy(target: object): 'none' | 'excludeAll' | 'exposeAll'
  getExposedMetadatas(target: object): readonly unknown[]
  getExcludedMetadatas(target: object): readonly unknown[]
}

/** What `@Type` said. */
export interface TypeMetadata {
  /** The type that TypeScript emitted for the field. */
  readonly reflectedType?: unknown
  readonly typeFunction?: (subject: TypeSubject) => unknown
  readonly options?: { readonly discriminator?: { subTypes: readonly { value: unknown }[] } }
}

/** What a function given to `@Type` may look at. */
export interface TypeSubject {
  readonly newObject: object
  readonly object: object
  readonly property: string
}

let loaded: ValidationLibraries | undefined

export function loadLibraries(): ValidationLibraries {
  return (loaded ??= load())
}

function load(): ValidationLibraries {
  const require = createRequire(import.meta.url)
  const path = process.getBuiltinModule('node:path')
  const storage = require('class-transformer/cjs/storage.js') as {
    defaultMetadataStorage: TypeStorage
  }
  const { ValidationExecutor } =
    require('class-validator/cjs/validation/ValidationExecutor.js') as {
      ValidationExecutor: ValidationLibraries['Executor']
    }
  return {
    validator: require('class-validator') as typeof ClassValidator,
    validatorFolder: path.dirname(require.resolve('class-validator')) + path.sep,
    Executor: ValidationExecutor,
    transformer: require('class-transformer') as typeof ClassTransformer,
    types: storage.defaultMetadataStorage,
  }
}
