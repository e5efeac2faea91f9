/** A class that can be built. */
export type ScopedType = abstract new (...args: never[]) => object

/** Instances that belong to one connection, each built when it is first needed. */
export interface ConnectionScope {
  resolve(type: ScopedType): object
  dispose(): Promise<void> | void
}
