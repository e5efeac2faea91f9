import { RedisScript } from './redis-script.js'

/*
 * A hash a session: turn, owner, user, record. KEYS: the session. All answer with numbers where they can,
 * so that nothing of a session is in an error.
 */

/** ARGV: turn, owner, ttl, user, record. @returns 1, or 0 when another has claimed it */
export const SAVE = new RedisScript(`
local turn = tonumber(redis.call('HGET', KEYS[1], 'turn') or '0')
if turn > tonumber(ARGV[1]) then return 0 end
redis.call('HSET', KEYS[1], 'turn', ARGV[1], 'owner', ARGV[2], 'user', ARGV[4], 'record', ARGV[5])
redis.call('EXPIRE', KEYS[1], ARGV[3])
return 1
`)

/** ARGV: turn, ttl. @returns 1, 0 when another has claimed it, or -1 when it is not there */
export const RENEW = new RedisScript(`
local turn = redis.call('HGET', KEYS[1], 'turn')
if not turn then return -1 end
if tonumber(turn) > tonumber(ARGV[1]) then return 0 end
redis.call('EXPIRE', KEYS[1], ARGV[2])
return 1
`)

/** ARGV: user, owner, ttl. @returns turn, former owner, record; or nothing */
export const CLAIM = new RedisScript(`
local known = redis.call('HMGET', KEYS[1], 'turn', 'owner', 'user', 'record')
if not known[1] or known[3] ~= ARGV[1] then return {} end
local turn = tonumber(known[1]) + 1
redis.call('HSET', KEYS[1], 'turn', turn, 'owner', ARGV[2])
redis.call('EXPIRE', KEYS[1], ARGV[3])
return {turn, known[2], known[4]}
`)

/** ARGV: turn. */
export const REMOVE = new RedisScript(`
local turn = tonumber(redis.call('HGET', KEYS[1], 'turn') or '0')
if turn <= tonumber(ARGV[1]) then redis.call('DEL', KEYS[1]) end
return 1
`)
