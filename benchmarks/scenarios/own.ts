// What only Enfilade and the control are measured in: settings of Enfilade, and what a server does
// when it is pushed.
import { fanOut, rpc, text } from './compared.js'
import type { ScenarioGroup, Variation } from './group.js'
import type { Scenario } from './scenario.js'

const CONTROL: Variation = { of: 'control' }
const ENFILADE: Variation = { of: 'enfilade' }

const window = (setting: string): Variation => ({
  of: 'enfilade',
  setting: `broadcastWindow ${setting}`,
  env: { BENCH_WINDOW: setting },
})

/** Senders that share a room: every message arrives in a turn of its own. */
function senders(name: string, { members, rate }: { members: number; rate?: number }): Scenario {
  const path = '/room/shared'
  return {
    name,
    message: { event: 'say', path, data: text(64) },
    reply: text(64),
    join: { event: 'join', path },
    enter: { event: 'join', path: '/room/senders' },
    ...{ variants: 1, senders: 100, depth: 1, members, shared: true },
    ...(rate === undefined ? {} : { rate }),
  }
}

/** A handler that broadcasts so many messages in one turn. */
function burst(count: number): Scenario {
  const path = '/room/burst-{g}'
  return {
    name: `Bursts of ${count} to 100`,
    message: { event: 'burst', path, data: { count, ...text(64) } },
    reply: { count },
    pushes: { count, event: 'say', data: text(64) },
    join: { event: 'join', path },
    enter: { event: 'join', path: '/room/senders' },
    ...{ variants: 1, senders: 8, depth: 1, members: 100 },
  }
}

const late: Scenario = {
  ...rpc('Replies of a later turn, depth 16', 16),
  message: { event: 'late', path: '/late', data: text(32) },
}

/** Everybody moves twenty times a second, and everybody sees it. */
const cursors: Scenario = {
  name: '500 cursors, 20 moves/s each',
  message: { event: '$presence', path: '/cursors/board' },
  join: { event: 'join', path: '/cursors/board' },
  ...{ variants: 1, senders: 0, depth: 1, members: 500, presence: true, rate: 10_000 },
}

const limits: ScenarioGroup = {
  scenarios: [
    { ...rpc('Limits: RPC echo, depth 16', 16) },
    { ...fanOut(100, 64, 16), name: 'Limits: broadcast to 100, 64 B, depth 16' },
  ],
  quick: 'no peers',
  fine: true,
  variations: [{ of: 'enfilade', setting: 'limits off', env: { BENCH_LIMITS: 'off' } }, ENFILADE],
}

/** What the page of the inspector costs, and what it costs to have it: with a thousand connections. */
const inspector: ScenarioGroup = {
  scenarios: [{ ...rpc('Inspector: RPC echo of 1,000 connections, depth 4', 4), senders: 1000 }],
  quick: 'nobody',
  variations: [
    ENFILADE,
    { of: 'enfilade', setting: 'the inspector on', env: { BENCH_INSPECTOR: 'on' } },
    { of: 'enfilade', setting: 'its page open', env: { BENCH_INSPECTOR: 'open' } },
  ],
}

const CODECS = { BENCH_CODECS: 'msgpack' }

/** The same data in MessagePack, and a room that reads both. */
const codecs: ScenarioGroup = {
  scenarios: [{ ...fanOut(100, 64, 16), name: 'Codecs: broadcast to 100, 64 B, depth 16' }],
  quick: 'no peers',
  fine: true,
  variations: [
    { of: 'enfilade', setting: 'JSON' },
    { of: 'enfilade', setting: 'MessagePack', wire: 'msgpack', env: CODECS },
    { of: 'enfilade', setting: 'half of each', otherWire: 'msgpack', env: CODECS },
  ],
}

/** What Enfilade and the control are measured in, beside what everyone is. */
export function ownGroups(): ScenarioGroup[] {
  return [
    {
      scenarios: [senders('100 senders in turn to 1,000', { members: 1000 })],
      quick: 'no peers',
      variations: [CONTROL, ENFILADE, window('2'), window('auto')],
    },
    {
      scenarios: [senders('100 senders to 1,000, 100 messages/s', { members: 1000, rate: 100 })],
      quick: 'nobody',
      variations: [CONTROL, ENFILADE, window('2'), window('auto')],
    },
    {
      scenarios: [senders('An idle room of 100, 50 messages/s', { members: 100, rate: 50 })],
      quick: 'nobody',
      variations: [CONTROL, ENFILADE, window('auto')],
    },
    {
      scenarios: [burst(32), burst(128)],
      quick: 'no peers',
      variations: [CONTROL, ENFILADE],
      reference: 'bursts of 32',
    },
    {
      scenarios: [rpc('Replies of the same turn, depth 16', 16), late],
      quick: 'no peers',
      variations: [CONTROL, ENFILADE],
      reference: 'the same turn',
    },
    {
      scenarios: [cursors],
      quick: 'no peers',
      variations: [
        { of: 'control', setting: 'a bare publish', module: './cursors-by-hand.js' },
        ENFILADE,
      ],
    },
    limits,
    codecs,
    inspector,
  ]
}
