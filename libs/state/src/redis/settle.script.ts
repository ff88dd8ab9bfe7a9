/**
 * Ends a call's leases and, the first time, corrects the tokens it was charged.
 *
 * KEYS: as of the admission: 1 the call's record; then for each scope: its window's counters, its leases.
 * ARGV: 1 call id, 2 tokens to add (negative: to give back); then for each scope: its tokens a minute (-1: not limited).
 * Result: 1 when the call was open, else 0 (settled before, or so old that its window is over).
 */
export const SETTLE = `
local scopes = (#KEYS - 1) / 2
for scope = 1, scopes do redis.call('ZREM', KEYS[2 * scope + 1], ARGV[1]) end
if redis.call('HGET', KEYS[1], 'open') ~= '1' then return 0 end
redis.call('HSET', KEYS[1], 'open', '0')
if ARGV[2] == '0' then return 1 end
for scope = 1, scopes do
  local window = KEYS[2 * scope]
  -- A window that is over must not come back without an expiry.
  if tonumber(ARGV[2 + scope]) >= 0 and redis.call('EXISTS', window) == 1 then
    redis.call('HINCRBY', window, 'tokens', ARGV[2])
  end
end
return 1
`;
