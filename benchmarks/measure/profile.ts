import { mkdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Contender } from '../contenders/contender.js'
import { heaviest, type CpuProfile, type Share } from '../report/profile.js'
import type { Scenario } from '../scenarios/scenario.js'
import { openContender, takeTurn } from './lane.js'

/** Where profiles are written, and how long the load lasts. */
export interface Profiling {
  readonly folder: string
  readonly seconds: number
}

/** What one profile shows. */
export interface Profiled {
  readonly contender: string
  readonly scenario: string
  readonly file: string
  /** The functions that took the most time by themselves. */
  readonly heaviest: readonly Share[]
}

/**
 * Profiles servers under load, each in a process that is not measured: profiles slow a server down.
 * They hold the load alone, neither start-up nor warm-up.
 */
export async function profileScenarios(
  contenders: readonly Contender[],
  scenarios: readonly Scenario[],
  profiling: Profiling,
): Promise<Profiled[]> {
  mkdirSync(profiling.folder, { recursive: true })
  const profiled: Profiled[] = []
  for (const scenario of scenarios) {
    for (const contender of contenders) {
      profiled.push(await profileOne(contender, scenario, profiling))
    }
  }
  return profiled
}

function slug(name: string): string {
  return name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')
}

async function profileOne(
  contender: Contender,
  scenario: Scenario,
  { folder, seconds }: Profiling,
): Promise<Profiled> {
  // Contenders in several settings have one key.
  const file = resolve(join(folder, `${slug(scenario.name)}.${slug(contender.name)}.cpuprofile`))
  const lane = await openContender(contender, scenario)
  try {
    await takeTurn(lane, seconds)
    await lane.server?.ask({ kind: 'profile' })
    await takeTurn(lane, seconds)
    await lane.server?.ask({ kind: 'profiled', file })
  } finally {
    lane.stop()
  }
  const profile = JSON.parse(readFileSync(file, 'utf8')) as CpuProfile
  return { contender: contender.name, scenario: scenario.name, file, heaviest: heaviest(profile) }
}
