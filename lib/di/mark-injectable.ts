import type { Constructor } from '../metadata/records.js'
import { needsNothing } from './check-constructor.js'
import { isTsyringeLoaded, loadTsyringe } from './load-tsyringe.js'

/**
 * Lets tsyringe build a class from the types of its constructor's parameters. A class without any is
 * built without being marked, so that tsyringe need not be loaded for it.
 */
export function markInjectable(target: Constructor): void {
  if (needsNothing(target) && !isTsyringeLoaded()) return
  loadTsyringe().injectable()(target as never)
}
