/**
 * Charges a call to every scope, or to none.
 *
 * KEYS: 1 the call's record; then for each scope: its window's counters (hash), its leases (sorted set by end).
 * ARGV: 1 call id, 2 now, 3 tokens, 4 lease end, 5 how long counters and record are kept (all epoch ms or ms);
 *       then for each scope: requests a minute, tokens a minute, calls in flight (-1: not limited).
 * Result, a string of numbers: granted `1` and for each scope its requests, tokens, calls in flight and earliest lease end
 *       after this call; refused `0`, the scope's number (from 0), the limit's number (0 requests, 1 tokens, 2 calls in
 *       flight), and the same four of that scope. A call that was granted before gets the same result and is not charged.
 */
export const ADMIT = `
local known = redis.call('HGET', KEYS[1], 'answer')
if known then return known end
local now, tokens, lease, keep = tonumber(ARGV[2]), tonumber(ARGV[3]), ARGV[4], ARGV[5]
local scopes = (#KEYS - 1) / 2
local limits, used = {}, {}

local function earliest(leases)
  local first = redis.call('ZRANGE', leases, 0, 0, 'WITHSCORES')
  return first[2] and tonumber(first[2]) or 0
end
local function show(use)
  return string.format(' %.0f %.0f %.0f %.0f', use[1], use[2], use[3], use[4])
end

for scope = 1, scopes do
  local window, leases = KEYS[2 * scope], KEYS[2 * scope + 1]
  local at = 3 + 3 * scope
  local limit = { tonumber(ARGV[at]), tonumber(ARGV[at + 1]), tonumber(ARGV[at + 2]) }
  local use = { 0, 0, 0, 0 }
  if limit[1] >= 0 or limit[2] >= 0 then
    local counts = redis.call('HMGET', window, 'requests', 'tokens')
    use[1], use[2] = tonumber(counts[1] or 0), tonumber(counts[2] or 0)
  end
  if limit[3] >= 0 then
    redis.call('ZREMRANGEBYSCORE', leases, '-inf', now)
    use[3] = redis.call('ZCARD', leases)
  end
  local over = nil
  if limit[1] >= 0 and use[1] + 1 > limit[1] then over = 0
  elseif limit[2] >= 0 and use[2] + tokens > limit[2] then over = 1
  elseif limit[3] >= 0 and use[3] + 1 > limit[3] then over = 2 end
  if over then
    if over == 2 then use[4] = earliest(leases) end
    return string.format('0 %d %d', scope - 1, over) .. show(use)
  end
  limits[scope], used[scope] = limit, use
end

local answer = '1'
for scope = 1, scopes do
  local window, leases = KEYS[2 * scope], KEYS[2 * scope + 1]
  local limit, use = limits[scope], used[scope]
  if limit[1] >= 0 or limit[2] >= 0 then
    use[1] = redis.call('HINCRBY', window, 'requests', 1)
    use[2] = redis.call('HINCRBY', window, 'tokens', ARGV[3])
    redis.call('PEXPIRE', window, keep)
  end
  if limit[3] >= 0 then
    redis.call('ZADD', leases, lease, ARGV[1])
    use[3], use[4] = use[3] + 1, earliest(leases)
    local life = tonumber(lease) - now + tonumber(keep)
    if redis.call('PTTL', leases) < life then redis.call('PEXPIRE', leases, string.format('%.0f', life)) end
  end
  answer = answer .. show(use)
end
redis.call('HSET', KEYS[1], 'answer', answer, 'open', '1')
redis.call('PEXPIRE', KEYS[1], keep)
return answer
`;
