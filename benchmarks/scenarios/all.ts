import { comparedGroups } from './compared.js'
import type { ScenarioGroup } from './group.js'
import { ownGroups } from './own.js'

/** All that is measured under load. */
export function createGroups(quick: boolean): ScenarioGroup[] {
  const groups = [...comparedGroups(quick), ...ownGroups()]
  return quick ? groups.filter((group) => group.quick !== 'nobody') : groups
}
