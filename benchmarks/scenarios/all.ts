import { comparedGroups } from './compared.js'
import type { ScenarioGroup } from './group.js'
import { ownGroups } from './own.js'

/** What the groups depend on. */
export interface Measured {
  readonly quick: boolean
  /** Whether Enfilade has `broadcastWindow`. */
  readonly windows: boolean
}

/** All that is measured under load. */
export function createGroups({ quick, windows }: Measured): ScenarioGroup[] {
  const groups = [...comparedGroups(quick), ...ownGroups(windows)]
  return quick ? groups.filter((group) => group.quick !== 'nobody') : groups
}
