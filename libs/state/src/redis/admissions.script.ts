import { ADMISSION_MONEY } from './admission-money.script.js';
import { MONEY } from './money.script.js';

/**
 * A batch of settlements and admissions, each as if it were alone: settlements first, then admissions in their order. What many
 * of them share is read once and written once.
 *
 * A settlement ends a call's leases and, the first time, corrects the tokens it was charged and replaces the money it holds by
 * what it owes. An admission charges a call to all of its scopes and budgets, or to none; one that was granted before gets the
 * same answer again and is not charged.
 *
 * KEYS: for each scope of the batch (in the window of the admission): its counters (hash), its leases (sorted set by end); then
 *       the records (hash) of the calls of a second each, by call id: `1` while the call is open, else `0`, and its answer; then,
 *       if there is money in the batch, since when Redis counts, the calls that hold or owe, the batch's budgets, and the money
 *       of its calls (see MONEY).
 * ARGV: 1 the batch as JSON, see `EncodedBatch`.
 * Result: for each admission a string of numbers: granted `1` and for each scope its requests, tokens, calls in flight and
 *       earliest lease end after this call, then what is held for it, if anything, and for each budget its spent, due and held
 *       sums; refused `0`, the scope's place in the admission (from 0), the limit's number (0 requests, 1 tokens, 2 calls in
 *       flight), and the same four of that scope; refused by a budget `2`, its place and its sums; refused for budgets that must
 *       be seeded `3` and their places. What is not limited may be 0.
 */
const BATCH = `
local used, records = {}, {}
for scope = 1, batch.scopes do
  used[scope] = { window = KEYS[2 * scope - 1], leases = KEYS[2 * scope], more = 0, gone = {}, begun = {}, life = 0 }
end
for bucket, wanted in ipairs(batch.records) do
  local record = { key = KEYS[2 * batch.scopes + bucket], known = {}, changed = {} }
  for index, value in ipairs(redis.call('HMGET', record.key, unpack(wanted))) do record.known[wanted[index]] = value end
  records[bucket] = record
end

local function note(record, call, value)
  record.known[call] = value
  table.insert(record.changed, call)
  table.insert(record.changed, value)
end

local function count(use)
  if use.counted then return end
  local counts = redis.call('HMGET', use.window, 'requests', 'tokens')
  use.counted, use.exists = true, counts[1] ~= false
  use.requests, use.tokens = tonumber(counts[1] or 0), tonumber(counts[2] or 0)
end

local function earliest(leases)
  local first = redis.call('ZRANGE', leases, 0, 0, 'WITHSCORES')
  return first[2] and tonumber(first[2]) or 0
end

local function look(use, now)
  if not use.first then use.first, use.inFlight = earliest(use.leases), redis.call('ZCARD', use.leases) end
  if use.first > now or use.inFlight == 0 then return end
  -- Leases of this batch end later than now: what has run out is in Redis.
  use.inFlight = use.inFlight - redis.call('ZREMRANGEBYSCORE', use.leases, '-inf', now)
  use.first = earliest(use.leases)
  for index = 1, #use.begun, 2 do
    local ends = use.begun[index]
    if use.first == 0 or ends < use.first then use.first = ends end
  end
end

-- Before the budgets' keys; those of the calls' money come after them.
local funds = 2 * batch.scopes + #batch.records + 2

for _, ask in ipairs(batch.settlements) do
  local record = records[ask.record]
  local known = record and record.known[ask.call]
  local isOpen = known and string.sub(known, 1, 1) == '1'
  if isOpen then note(record, ask.call, '0' .. string.sub(known, 2)) end
  for _, scope in ipairs(ask.scopes) do
    local use = used[scope[2]]
    table.insert(use.gone, ask.call)
    if isOpen and scope[1] >= 0 then use.more = use.more + ask.more end
  end
  if ask.money > 0 then settleHold(KEYS[funds + batch.budgets + ask.money], ask.call, ask.cost, ask.attempt) end
end
for _, use in ipairs(used) do
  if #use.gone > 0 then redis.call('ZREM', use.leases, unpack(use.gone)) end
  if use.more ~= 0 then
    count(use)
    -- A window that is over must not come back without an expiry.
    if use.exists then use.tokens, use.isChanged = use.tokens + use.more, true end
  end
end

local function see(ask, now)
  if ask[1] >= 0 or ask[2] >= 0 then count(ask.use) end
  if ask[3] >= 0 then look(ask.use, now) end
end

-- Whether a limit asks: that of a share does while the capacity is used enough.
local function binds(ask, number, name, asked)
  local capacity = ask.capacity and asked[ask.capacity]
  return not capacity or capacity[number] >= 0 and capacity.use[name] >= ask.saturation * capacity[number]
end

local function over(ask, tokens, asked)
  local use = ask.use
  if ask[1] >= 0 and use.requests + 1 > ask[1] and binds(ask, 1, 'requests', asked) then return 0 end
  if ask[2] >= 0 and use.tokens + tokens > ask[2] and binds(ask, 2, 'tokens', asked) then return 1 end
  if ask[3] >= 0 and use.inFlight + 1 > ask[3] and binds(ask, 3, 'inFlight', asked) then return 2 end
end

local function show(use)
  return string.format(' %.0f %.0f %.0f %.0f', use.requests or 0, use.tokens or 0, use.inFlight or 0, use.first or 0)
end

local function charge(use, limit, tokens)
  if limit[1] < 0 and limit[2] < 0 then return end
  use.requests, use.tokens = use.requests + 1, use.tokens + tokens
  use.isChanged, use.isCharged = true, true
end

local function lend(use, limit, call, ends, now)
  if limit[3] < 0 then return end
  table.insert(use.begun, ends)
  table.insert(use.begun, call)
  use.inFlight = use.inFlight + 1
  if use.first == 0 or ends < use.first then use.first = ends end
  use.life = math.max(use.life, ends - now + batch.keep)
end

local function admit(ask)
  local refusal, amount
  if ask.money then refusal, amount = judge(ask.money) end
  if refusal then return refusal end
  for _, scope in ipairs(ask.scopes) do see(scope, ask.now) end
  for place, scope in ipairs(ask.scopes) do
    local limit = over(scope, ask.tokens, ask.scopes)
    if limit then return string.format('0 %d %d', place - 1, limit) .. show(scope.use) end
  end
  local answer = '1'
  for _, scope in ipairs(ask.scopes) do
    charge(scope.use, scope, ask.tokens)
    lend(scope.use, scope, ask.call, ask.ends, ask.now)
    answer = answer .. show(scope.use)
  end
  if ask.money then answer = answer .. hold(ask, amount) end
  return answer, true
end

local answers = {}
for index, ask in ipairs(batch.admissions) do
  for _, scope in ipairs(ask.scopes) do scope.use = used[scope[4]] end
  for _, share in ipairs(ask.shares) do
    local scope = ask.scopes[share[1]]
    scope.capacity, scope.saturation = share[2], share[3]
  end
  if ask.money then
    ask.money.key = KEYS[funds + batch.budgets + ask.money.call]
    for _, budget in ipairs(ask.money.budgets) do budget.key = KEYS[funds + budget.number] end
  end
  local record = records[ask.record]
  local known = record.known[ask.call]
  if known then
    answers[index] = string.sub(known, 2)
  else
    local answer, isGranted = admit(ask)
    if isGranted then note(record, ask.call, '1' .. answer) end
    answers[index] = answer
  end
end

for _, use in ipairs(used) do
  if use.isChanged then redis.call('HSET', use.window, 'requests', use.requests, 'tokens', use.tokens) end
  if use.isCharged then redis.call('PEXPIRE', use.window, batch.keep) end
  if #use.begun > 0 then
    redis.call('ZADD', use.leases, unpack(use.begun))
    if redis.call('PTTL', use.leases) < use.life then redis.call('PEXPIRE', use.leases, use.life) end
  end
end
for _, record in ipairs(records) do
  if #record.changed > 0 then
    redis.call('HSET', record.key, unpack(record.changed))
    redis.call('PEXPIRE', record.key, batch.keep)
  end
end
`;

const DECODE = `
local batch = cjson.decode(ARGV[1])
`;

/** Of a batch without money: it never asks for what is said of money elsewhere. */
export const ADMISSIONS = `${DECODE}${BATCH}
return answers
`;

/** Of a batch with money, which is the same and more. */
export const ADMISSIONS_WITH_MONEY = `${DECODE}
local place = 2 * batch.scopes + #batch.records
local counting, holds, now = KEYS[place + 1], KEYS[place + 2], batch.now
${MONEY}
${ADMISSION_MONEY}
${BATCH}
save()
return answers
`;
