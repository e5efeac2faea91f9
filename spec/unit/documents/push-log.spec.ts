import { expect, it } from '@jest/globals'
import { PushLog } from '../../../lib/documents/records/push-log.js'

function fullLog(): PushLog {
  const log = new PushLog()
  for (let at = 0; at < 10_000; at++) log.note(`replica ${at}`, 1)
  return log
}

it('the replica that has not written for longest is forgotten, after 10,000', () => {
  const log = fullLog()
  for (const n of [2, 3]) log.note('replica 0', n)
  log.note('one more', 1)
  const last = ['replica 0', 'replica 1', 'replica 2'].map((client) => log.last(client))
  expect([last, log.state().length]).toEqual([[3, 0, 1], 10_000])
})

it('a log that was restored forgets in the same order', () => {
  const log = new PushLog()
  log.restore(fullLog().state())
  for (const client of ['replica 9999', 'replica 0', 'one more']) log.note(client, 2)
  expect([log.last('replica 1'), log.last('replica 9999')]).toEqual([0, 2])
})
