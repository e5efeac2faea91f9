import { fileURLToPath } from 'node:url'
import type { WireName } from '../load/wire-name.js'
import type { ScenarioGroup } from '../scenarios/group.js'

/** A server that is measured: a module of its own process that calls {@link ready}. */
export interface Contender {
  readonly name: string
  /** How it is named on the command line. */
  readonly key: string
  /** The compiled module. */
  readonly file: string
  /** How its messages look on the wire; the scenarios are the same. */
  readonly wire: WireName
  /** That of every second member; the same when absent. */
  readonly otherWire?: WireName
  /** Needs the packages of `benchmarks/package.json`. */
  readonly peer: boolean
  /** Settings of the server, which its module reads. */
  readonly env?: Readonly<Record<string, string>>
}

const own = (module: string): string => fileURLToPath(new URL(module, import.meta.url))

/** From `build/benchmarks/contenders` to where the peers find their own packages. */
const peer = (module: string): string => own(`../../../benchmarks/build/peers/${module}`)

/** The first is the control: every other is told as a ratio to it. */
export const CONTENDERS: readonly Contender[] = [
  {
    name: 'uWebSockets.js by hand',
    key: 'control',
    file: own('./uws-by-hand.js'),
    wire: 'json',
    peer: false,
  },
  { name: 'enfilade', key: 'enfilade', file: own('./enfilade.js'), wire: 'json', peer: false },
  { name: 'ws by hand', key: 'ws', file: peer('ws-by-hand.js'), wire: 'json', peer: true },
  { name: 'wooks', key: 'wooks', file: peer('wooks.js'), wire: 'json', peer: true },
  {
    name: 'socket.io',
    key: 'socket.io',
    file: peer('socket-io.js'),
    wire: 'socket.io',
    peer: true,
  },
  { name: 'NestJS, platform-ws', key: 'nest', file: peer('nest.js'), wire: 'nest', peer: true },
]

/** Who takes part in a group; nobody when one of its contenders was not chosen. */
export function takingPart(
  { variations, quick: who }: ScenarioGroup,
  chosen: readonly Contender[],
  quick: boolean,
): Contender[] {
  if (!variations) return chosen.filter(({ peer }) => !quick || !peer || who === 'all')
  const taking = variations.flatMap(({ of, setting, module, wire, otherWire, env = {} }) =>
    chosen
      .filter(({ key }) => key === of)
      .map(({ name, ...contender }) => ({
        ...contender,
        name: setting === undefined ? name : `${name}, ${setting}`,
        ...(module === undefined ? {} : { file: own(module) }),
        ...(wire === undefined ? {} : { wire }),
        ...(otherWire === undefined ? {} : { otherWire }),
        env,
      })),
  )
  return taking.length === variations.length ? taking : []
}
