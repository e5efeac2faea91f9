import '../metadata/store.js'
import { injectable } from 'tsyringe'
import type { Constructor } from '../metadata/records.js'

/** Lets tsyringe build a class from the types of its constructor's parameters. */
export function markInjectable(target: Constructor): void {
  injectable()(target as never)
}
