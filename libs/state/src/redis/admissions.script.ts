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
 * ARGV: 1 how long counters and records are kept (ms), 2 the number of scopes, 3 of records, 4 of budgets, 5 of settlements, 6 of
 *       admissions, 7 now (epoch ms);
 *       for each of the records: how many calls are wanted of it, and their ids;
 *       for each settlement: call id, tokens to add (negative: to give back), its record's number (from 1; 0: no tokens are
 *       limited), its number of scopes, and for each of those the scope's number (from 1) and its tokens a minute (-1: not
 *       limited); the number of its call's money (0: none), and if there is some: its cost (-1: unknown) and its attempt;
 *       for each admission: call id, now, tokens, lease end (epoch ms), its record's number, its number of scopes, and for each
 *       of those the scope's number, requests a minute, tokens a minute, calls in flight (-1: not limited); the number of scopes
 *       that are shares, and for each of those its place, the place of the capacity (from 1), and the saturation; the number of
 *       its call's money (0: it asks no budget), and if there is some: the least, the likely and the most cost, when the last
 *       of its budgets is forgotten (epoch ms; 0: never), the number of its budgets, and for each of those the budget's number,
 *       its maximum, the start of its window (-1: it must be seeded), how long it is kept (ms; 0: for ever).
 * Result: for each admission a string of numbers: granted `1` and for each scope its requests, tokens, calls in flight and
 *       earliest lease end after this call, then what is held for it, if anything, and for each budget its spent, due and held
 *       sums; refused `0`, the scope's place in the admission (from 0), the limit's number (0 requests, 1 tokens, 2 calls in
 *       flight), and the same four of that scope; refused by a budget `2`, its place and its sums; refused for budgets that must
 *       be seeded `3` and their places. What is not limited may be 0.
 */
const BATCH = `
local keep, scopes, buckets = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local budgets, settlements, admissions = tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6])
local at = 7
local function take()
  at = at + 1
  return ARGV[at]
end
local function number() return tonumber(take()) end

local used, records = {}, {}
for scope = 1, scopes do
  used[scope] = { window = KEYS[2 * scope - 1], leases = KEYS[2 * scope], charged = 0, more = 0, gone = {}, begun = {}, life = 0 }
end
for bucket = 1, buckets do
  local record = { key = KEYS[2 * scopes + bucket], known = {}, changed = {} }
  local wanted = number()
  for index, value in ipairs(redis.call('HMGET', record.key, unpack(ARGV, at + 1, at + wanted))) do
    record.known[ARGV[at + index]] = value
  end
  at = at + wanted
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
    local ends = tonumber(use.begun[index])
    if use.first == 0 or ends < use.first then use.first = ends end
  end
end

-- Before the budgets' keys; those of the calls' money come after them.
local funds = 2 * scopes + buckets + 2

for index = 1, settlements do
  local call, more, record, of = take(), number(), records[number()], number()
  local known = record and record.known[call]
  local isOpen = known and string.sub(known, 1, 1) == '1'
  if isOpen then note(record, call, '0' .. string.sub(known, 2)) end
  for _ = 1, of do
    local use, limit = used[number()], number()
    table.insert(use.gone, call)
    if isOpen and limit >= 0 then use.more = use.more + more end
  end
  local place = number()
  if place > 0 then settleHold(KEYS[funds + budgets + place], call, number(), take()) end
end
for _, use in ipairs(used) do
  if #use.gone > 0 then redis.call('ZREM', use.leases, unpack(use.gone)) end
  if use.more ~= 0 then
    count(use)
    -- A window that is over must not come back without an expiry.
    if use.exists then use.tokens = redis.call('HINCRBY', use.window, 'tokens', string.format('%.0f', use.more)) end
    use.more = 0
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
  use.charged, use.more = use.charged + 1, use.more + tokens
  use.requests, use.tokens = use.requests + 1, use.tokens + tokens
end

local function lend(use, limit, call, ends, now)
  if limit[3] < 0 then return end
  table.insert(use.begun, ends)
  table.insert(use.begun, call)
  ends = tonumber(ends)
  use.inFlight = use.inFlight + 1
  if use.first == 0 or ends < use.first then use.first = ends end
  use.life = math.max(use.life, ends - now + keep)
end

local function admit(call, now, tokens, ends, asked, money)
  local refusal, amount
  if money then refusal, amount = judge(money) end
  if refusal then return refusal end
  for _, ask in ipairs(asked) do see(ask, now) end
  for place, ask in ipairs(asked) do
    local limit = over(ask, tokens, asked)
    if limit then return string.format('0 %d %d', place - 1, limit) .. show(ask.use) end
  end
  local answer = '1'
  for _, ask in ipairs(asked) do
    charge(ask.use, ask, tokens)
    lend(ask.use, ask, call, ends, now)
    answer = answer .. show(ask.use)
  end
  if money then answer = answer .. hold(money, call, ends, amount) end
  return answer, true
end

local answers = {}
for index = 1, admissions do
  local call, now, tokens, ends, record, of = take(), number(), number(), take(), records[number()], number()
  local asked = {}
  for place = 1, of do
    local use = used[number()]
    asked[place] = { number(), number(), number(), use = use }
  end
  for _ = 1, number() do
    local ask = asked[number()]
    ask.capacity, ask.saturation = number(), number()
  end
  local money, place = nil, number()
  if place > 0 then
    money = { key = KEYS[funds + budgets + place], least = number(), likely = number(), most = number(), ends = number() }
    for index = 1, number() do
      money[index] = { key = KEYS[funds + number()], most = number(), start = number(), life = number() }
    end
  end
  local known = record.known[call]
  if known then
    answers[index] = string.sub(known, 2)
  else
    local answer, isGranted = admit(call, now, tokens, ends, asked, money)
    if isGranted then note(record, call, '1' .. answer) end
    answers[index] = answer
  end
end

for _, use in ipairs(used) do
  if use.charged > 0 then
    redis.call('HINCRBY', use.window, 'requests', use.charged)
    redis.call('HINCRBY', use.window, 'tokens', string.format('%.0f', use.more))
    redis.call('PEXPIRE', use.window, keep)
  end
  if #use.begun > 0 then
    redis.call('ZADD', use.leases, unpack(use.begun))
    if redis.call('PTTL', use.leases) < use.life then redis.call('PEXPIRE', use.leases, string.format('%.0f', use.life)) end
  end
end
for _, record in ipairs(records) do
  if #record.changed > 0 then
    redis.call('HSET', record.key, unpack(record.changed))
    redis.call('PEXPIRE', record.key, keep)
  end
end
`;

/** Of a batch without money: it never asks for what is said of money elsewhere. */
export const ADMISSIONS = `${BATCH}
return answers
`;

/** Of a batch with money, which is the same and more. */
export const ADMISSIONS_WITH_MONEY = `
local place = 2 * tonumber(ARGV[2]) + tonumber(ARGV[3])
local counting, holds, now = KEYS[place + 1], KEYS[place + 2], tonumber(ARGV[7])
${MONEY}
${ADMISSION_MONEY}
${BATCH}
save()
return answers
`;
