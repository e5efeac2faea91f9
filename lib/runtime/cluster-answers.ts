import type { MaybePromise } from '../async/maybe-promise.js'
import type { AppHost } from './app-host.js'
import { readQuestion } from './cluster-question.js'

/** Of one user, in one answer. */
const MAX_PLACES = 1_000

/**
 * Answers another process.
 *
 * @param ago milliseconds since it was asked first: what opened later is not meant
 * @throws TypeError for what is no question
 */
export function answerQuestion(
  { rooms, server }: Pick<AppHost, 'rooms' | 'server'>,
  given: unknown,
  ago: number,
): MaybePromise<unknown> {
  const question = readQuestion(given)
  switch (question.name) {
    case 'count':
      return rooms.countHere(question.room)
    case 'find':
      return server.placesOf(question.user).slice(0, MAX_PLACES)
    case 'kick':
      return rooms.kickHere(question.room, question.member, ({ id }) => server.wasOpen(id, ago))
    case 'revoke':
      return server.revokeHere(question.user, question, ago)
    case 'close':
      return server.closeHere(question.user, question, ago)
    case 'disconnect':
      return Number(server.disconnectHere(question.connection, question))
  }
}
