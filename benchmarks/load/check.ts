import { isDeepStrictEqual } from 'node:util'
import { variant, type Scenario, type WireMessage } from '../scenarios/scenario.js'
import { Link, type Endpoint } from '../../lib/load/link.js'
import type { Answer } from '../../lib/load/wire.js'

/** What the two sides of a room speak. */
export interface Sides {
  readonly sender: Endpoint
  /** Members speak these in turn. */
  readonly members: readonly Endpoint[]
}

/**
 * Every contender has to answer right before it is timed.
 *
 * @throws Error that says what came instead
 */
export async function check({ sender: to, members }: Sides, scenario: Scenario): Promise<void> {
  for (const endpoint of members) await checkSide([to, endpoint], scenario)
}

async function checkSide(
  endpoints: readonly [Endpoint, Endpoint],
  scenario: Scenario,
): Promise<void> {
  const sender = await Link.open(endpoints[0])
  const member = await Link.open(endpoints[1])
  try {
    await checkAnswers(sender, member, scenario)
  } finally {
    sender.close()
    member.close()
  }
}

async function checkAnswers(sender: Link, member: Link, scenario: Scenario): Promise<void> {
  const { join, enter, members, variants, refused } = scenario
  const last = variants - 1
  const message = variant(scenario.message, last, 0)
  if (enter) succeeded('entering', await sender.call(variant(enter, last, 0)))
  if (join) succeeded('joining', await member.call(variant(join, last, 0)))
  const pushed = members > 0 ? member.read(scenario.pushes?.count ?? 1) : undefined
  const reply = await sender.call(message)
  succeeded('the message', reply)
  if ('reply' in scenario) equal('the reply', reply.data, scenario.reply)
  if (pushed) {
    for (const [index, push] of (await pushed).entries()) {
      if ('reply' in scenario) checkPush(push, pushOf(message, scenario, index))
    }
  }
  if (refused === undefined) return
  const { error } = await sender.call({ ...message, data: refused })
  equal('the error for wrong data', error?.code, 400)
}

/** What a member must get; an app of one's own may push what it likes. */
function pushOf({ event, path }: WireMessage, { reply, pushes }: Scenario, index: number): Answer {
  return {
    event: pushes?.event ?? event,
    path,
    data: pushes ? { n: index, ...pushes.data } : reply,
    params: { room: path.slice('/room/'.length) },
  }
}

function checkPush(push: Answer, expected: Answer): void {
  equal('the event of the push', push.event, expected.event)
  equal('the path of the push', push.path, expected.path)
  equal('the data of the push', push.data, expected.data)
  equal('the params of the push', push.params, expected.params)
}

function succeeded(what: string, { id, error }: Answer): void {
  equal(`the error of ${what}`, error, undefined)
  equal(`the id of the reply to ${what}`, id, 1)
}

function equal(what: string, actual: unknown, expected: unknown): void {
  if (isDeepStrictEqual(actual, expected)) return
  throw new Error(`${what} is ${JSON.stringify(actual)}, not ${JSON.stringify(expected)}`)
}
