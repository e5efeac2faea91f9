import { parsePattern, type Pattern } from '../routing/pattern.js'
import type { Problems } from '../errors/problems.js'
import { errorText, showValue } from '../errors/show-value.js'
import type { RouteRecord } from '../metadata/records.js'

const DEFAULT_EVENT = 'message'

/** An event and the whole path it is handled on. */
export interface RouteAddress {
  readonly event: string
  readonly pattern: Pattern
}

/** Reads a controller's prefix; `''` for none. A wrong one goes to the problems. */
export function readPrefix(prefix: unknown, where: string, problems: Problems): string {
  if (prefix === undefined || prefix === '' || prefix === '/') return ''
  if (typeof prefix !== 'string' || !prefix.startsWith('/')) {
    problems.add(where, `the prefix ${showValue(prefix)} is no path`, "start it with '/'")
    return ''
  }
  return prefix.endsWith('/') ? prefix.slice(0, -1) : prefix
}

/** Reads what `@OnMessage` was given: an argument that starts with `/` is the path. */
export function readAddress(
  { args, channel }: RouteRecord,
  prefix: string,
  where: string,
  problems: Problems,
): RouteAddress | undefined {
  const isPathOnly = args[1] === undefined && isPath(args[0])
  const event = isPathOnly ? undefined : args[0]
  const path = isPathOnly ? args[0] : args[1]
  if (event !== undefined && (typeof event !== 'string' || event === '' || event.startsWith('/'))) {
    problems.add(
      where,
      `@OnMessage(${args.map(showValue).join(', ')}): ${showValue(event)} is no event`,
      "write @OnMessage('event', '/path')",
    )
    return undefined
  }
  if (typeof event === 'string' && event.startsWith('$')) {
    problems.add(where, `event "${event}" is reserved`, 'events of the app do not start with "$"')
    return undefined
  }
  if (channel !== undefined) return onChannel({ event, channel, prefix }, where, problems)
  if (path !== undefined && !isPath(path)) {
    problems.add(
      where,
      `@OnMessage: the path ${showValue(path)} does not start with "/"`,
      "start it with '/'",
    )
    return undefined
  }
  const suffix = path === '/' ? '' : (path ?? '')
  const pattern = readPattern(prefix + suffix || '/', where, problems)
  return pattern && { event: event ?? DEFAULT_EVENT, pattern }
}

function isPath(argument: unknown): argument is string {
  return typeof argument === 'string' && argument.startsWith('/')
}

/** The path of a channel is whole, since its clients know no other. */
function onChannel(
  { event, channel, prefix }: { event: string | undefined; channel: string; prefix: string },
  where: string,
  problems: Problems,
): RouteAddress | undefined {
  if (event === undefined) {
    problems.add(
      where,
      `no call of the channel "${channel}" is named`,
      "@OnMessage(channel, 'call')",
    )
    return undefined
  }
  if (prefix !== '' && prefix !== readPrefix(channel, where, problems)) {
    problems.add(
      where,
      `the channel's path is "${channel}", the controller's prefix "${prefix}"`,
      'give the channel to @Controller, too',
    )
  }
  const pattern = readPattern(channel, where, problems)
  return pattern && { event, pattern }
}

/** Parses a pattern; a wrong one goes to the problems. */
export function readPattern(
  source: unknown,
  where: string,
  problems: Problems,
): Pattern | undefined {
  if (typeof source !== 'string') {
    problems.add(where, `${showValue(source)} is no path`, "write a path such as '/chat/:room'")
    return undefined
  }
  try {
    return parsePattern(source)
  } catch (error) {
    const reason = errorText(error)
    problems.add(
      where,
      `bad path "${source}": ${reason}`,
      'paths are path-to-regexp patterns: /users/:id, /files/*path, /users{/:id}',
    )
    return undefined
  }
}
