import { CLUSTER_VERSION, type ClusterMessage, type Origin } from './messages.js'

/**
 * Writes a message: a line of JSON, then the rooms, which need not be read to know whether they are of
 * interest.
 *
 * @throws TypeError for an answer that is no JSON
 */
export function writeMessage(origin: Origin, message: ClusterMessage): string {
  const line = { v: CLUSTER_VERSION, ...origin, ...message }
  if (message.kind !== 'delta' && message.kind !== 'piece') return `${JSON.stringify(line)}\n`
  return `${JSON.stringify({ ...line, rooms: undefined })}\n${message.rooms}`
}
