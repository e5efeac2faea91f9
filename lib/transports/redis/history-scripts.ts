import { APPEND_ID_TTL, MAX_ROOM_LENGTH, PLACE_TTL } from '../history/ws-history.js'
import { RedisScript } from './redis-script.js'

/*
 * Two keys a room: its place, a hash of epoch, seq and the bytes of its log, and the log, a stream whose
 * ids are `<seq>-0`. A message is a frame of the managed transport, with a payload that starts with its
 * position. KEYS and ARGV of all scripts: place, log; channel, command that publishes, epoch for a room
 * that has none, ttl.
 */

const COMMON = `
local place, log = KEYS[1], KEYS[2]
local channel, publish, fresh, ttl = ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4])
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

local function start(epoch)
  redis.call('DEL', log)
  redis.call('HSET', place, 'epoch', epoch, 'seq', 0, 'bytes', 0)
end

local function tell(epoch, seq, previous, payload, units)
  local head = epoch .. ' ' .. seq .. ' ' .. previous .. '\\n'
  local frame = '1 log:' .. epoch .. ' 1 ' .. seq .. ' ' .. (#head + units) .. '\\n'
  redis.call(publish, channel, frame .. head .. payload)
end
`

/** ARGV: payload, its length in UTF-16 units, size. KEYS[3]: of its id. @returns 1, or 0 for a double */
export const APPEND = new RedisScript(`${COMMON}
local payload, units, size = ARGV[5], tonumber(ARGV[6]), tonumber(ARGV[7])
if KEYS[3] and not redis.call('SET', KEYS[3], '1', 'NX', 'EX', ${APPEND_ID_TTL}) then return 0 end
local epoch = redis.call('HGET', place, 'epoch')
if not epoch then
  epoch = fresh
  start(epoch)
end
local length = redis.call('XLEN', log)
if length == 0 then redis.call('HSET', place, 'bytes', 0) end
local seq = redis.call('HINCRBY', place, 'seq', 1)
redis.call('XADD', log, seq .. '-0', 't', now, 'p', payload)
length = length + 1
local before = redis.call('HINCRBY', place, 'bytes', #payload)
local bytes = before
for _ = 1, 100 do
  local first = redis.call('XRANGE', log, '-', '+', 'COUNT', 1)[1]
  if not first then break end
  local isIn = length <= size and bytes <= ${MAX_ROOM_LENGTH}
  if isIn and tonumber(first[2][2]) >= now - ttl * 1000 then break end
  redis.call('XDEL', log, first[1])
  length = length - 1
  bytes = bytes - #first[2][4]
end
if bytes ~= before then redis.call('HSET', place, 'bytes', bytes) end
redis.call('EXPIRE', log, ttl)
redis.call('EXPIRE', place, ttl + ${PLACE_TTL})
tell(epoch, seq, seq - 1, payload, units)
return 1
`)

/** ARGV: size, `=` and the epoch of the position, or '' for none, its seq. @returns epoch, seq, 1 for all of it, seqs and payloads */
export const READ = new RedisScript(`${COMMON}
local size, since, from = tonumber(ARGV[5]), ARGV[6], tonumber(ARGV[7])
local epoch = redis.call('HGET', place, 'epoch')
if not epoch then
  epoch = fresh
  start(epoch)
end
if redis.call('TTL', place) < ttl then redis.call('EXPIRE', place, ttl) end
local seq = tonumber(redis.call('HGET', place, 'seq'))
if since == '' then return {epoch, seq, 1, {}} end
if since ~= '=' .. epoch or from > seq then return {epoch, seq, 0, {}} end
local found, missed = {}, 0
for _, entry in ipairs(redis.call('XRANGE', log, from .. '-0', '+')) do
  local at = tonumber(string.match(entry[1], '^%d+'))
  local isIn = at > seq - size and tonumber(entry[2][2]) >= now - ttl * 1000
  if isIn then
    found[#found + 1] = at
    found[#found + 1] = entry[2][4]
    if at > from then missed = missed + 1 end
  end
end
if missed < seq - from then return {epoch, seq, 0, {}} end
return {epoch, seq, 1, found}
`)

/** ARGV: the epoch that it has to have, or ''. */
export const RESTART = new RedisScript(`${COMMON}
local only = ARGV[5]
if only ~= '' and redis.call('HGET', place, 'epoch') ~= only then return 0 end
start(fresh)
redis.call('EXPIRE', place, ttl + ${PLACE_TTL})
tell(fresh, 0, '-', '', 0)
return 1
`)
