import { RedisScript } from './redis-script.js'

/** Milliseconds that a token is remembered after its lease: the clock of a Redis may be set back. */
const TOKEN_TTL = 24 * 60 * 60 * 1000

/*
 * A hash a document: owner, token, until. KEYS: the document. A token is at least the time in milliseconds,
 * so that a Redis that has forgotten everything gives none that is lower than one before.
 */
const COMMON = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local function keep(owner, token, ttl)
  local untilText = string.format('%.0f', now + ttl)
  redis.call('HSET', KEYS[1], 'owner', owner, 'token', token, 'until', untilText)
  redis.call('PEXPIRE', KEYS[1], ttl + ${TOKEN_TTL})
end
`

/** ARGV: node, ttl. @returns the owner and its token */
export const CLAIM_DOCUMENT = new RedisScript(`${COMMON}
local known = redis.call('HMGET', KEYS[1], 'owner', 'token', 'until')
local isHeld = known[1] and known[1] ~= '' and tonumber(known[3]) > now
if isHeld and known[1] ~= ARGV[1] then return {known[1], known[2]} end
local token = string.format('%.0f', math.max(now, tonumber(known[2] or '0') + 1))
keep(ARGV[1], token, tonumber(ARGV[2]))
return {ARGV[1], token}
`)

/** ARGV: token, ttl. @returns 1, or 0 when it is not the latest */
export const RENEW_DOCUMENT = new RedisScript(`${COMMON}
local known = redis.call('HMGET', KEYS[1], 'owner', 'token')
if known[2] ~= ARGV[1] or known[1] == '' then return 0 end
keep(known[1], known[2], tonumber(ARGV[2]))
return 1
`)

/** ARGV: token. */
export const RELEASE_DOCUMENT = new RedisScript(`
if redis.call('HGET', KEYS[1], 'token') == ARGV[1] then redis.call('HSET', KEYS[1], 'owner', '') end
return 1
`)
