import { comparedGroups } from './compared.js'
import type { ScenarioGroup } from './group.js'
import { ownGroups } from './own.js'

/** Everything; what has bounds, in short; or only what everyone is compared in, in short. */
export type Selection = 'all' | 'checked' | 'look'

/** What is measured under load. */
export function createGroups(selection: Selection): ScenarioGroup[] {
  const groups = [...comparedGroups(selection !== 'all'), ...ownGroups()]
  return groups.filter(({ quick }) => {
    if (selection === 'look') return quick === 'all'
    return selection === 'all' || quick !== 'nobody'
  })
}
