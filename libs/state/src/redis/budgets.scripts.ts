import { MONEY } from './money.script.js';

/** Of every script: 1 since when Redis counts (hash), 2 the calls that hold or owe (sorted set). ARGV 1: now (epoch ms). */
const BOOK = `
local counting, holds, now = KEYS[1], KEYS[2], tonumber(ARGV[1])
${MONEY}
local at = 1
local function take()
  at = at + 1
  return ARGV[at]
end
local function number() return tonumber(take()) end
`;

/**
 * Charges what attempts have cost.
 *
 * KEYS: from 3 on: counters, then calls.
 * ARGV: 2 the number of counters, and of each the start of its window; 3 how long one is kept that is begun here (ms);
 *       for each item: its call's number (of the calls, from 1), call id, attempt id, cost, 1 if that is known, the number of its
 *       counters, and theirs.
 * Result: how many items were new.
 */
export const CHARGE = `${BOOK}
-- What is to be added to the spent sums.
local function chargeMoney(call, attempt, cost, isKnown)
  local before = attemptOf(call, attempt)
  local wasUnknown = before.isCharged
  if before.isKnown or wasUnknown and not isKnown then return 0 end
  local spent = cost - before.cost
  local more = math.max(0, spent)
  local ownPaid = isKnown and before.owed or math.min(before.owed, more)
  local paid = ownPaid + math.min(math.max(0, call.due - call.owed), math.max(0, more - ownPaid))
  call.attempts[attempt] = { cost = cost, isKnown = isKnown, isCharged = true, owed = before.owed - ownPaid }
  call.owed = math.max(0, call.owed - ownPaid)
  call.charged = call.charged + spent
  call.unknown = call.unknown + (isKnown and 0 or 1) - (wasUnknown and 1 or 0)
  local isOver = call.by and call.unknown == 0 and (call.by == attempt or wasUnknown)
  put(call, isOver and 0 or call.held - math.min(call.held, math.max(0, more - paid)), math.max(0, call.due - paid))
  return spent
end

local starts, of = {}, number()
for index = 1, of do starts[index] = number() end
local life, items = number(), 0
while at < #ARGV do
  local key, id, attempt, cost, isKnown = KEYS[2 + of + number()], take(), take(), number(), take() == '1'
  local call = callAt(key, id) or newCall(key, id, now, 0)
  local spent = chargeMoney(call, attempt, cost, isKnown)
  if call.isChanged then items = items + 1 end
  for _ = 1, number() do
    local place = number()
    local counter = counterAt(KEYS[2 + place])
    if spent ~= 0 then
      if not counter.isKnown and starts[place] >= tonumber(since) then begin(counter, 0, life) end
      if counter.isKnown then add(counter, 'spent', spent) end
    end
  end
end
save()
return items
`;

/**
 * Raises what is held for a call.
 *
 * KEYS: 3 the call. ARGV: 2 its id, 3 what is to be held, 4 `1`: even where no budget has room. Result: what is held now.
 */
export const EXTEND = `${BOOK}
local call, to = callAt(KEYS[3], ARGV[2]), tonumber(ARGV[3])
if not call or #call.places == 0 then return '0' end
if not call.by and to > call.held then
  local room = to - call.held
  for index = 1, ARGV[4] == '1' and 0 or #call.places, 2 do
    local counter = counterAt(call.places[index])
    local free = call.places[index + 1] - counter.spent - counter.due - counter.held
    room = math.min(room, counter.isKnown and free or 0)
  end
  if room > 0 then put(call, call.held + room, call.due) end
end
save()
return integer(call.held)
`;

/**
 * Takes off the hold what an attempt cost, and owes it.
 *
 * KEYS: 3 the call. ARGV: 2 its id, 3 the attempt, 4 its cost.
 */
export const OWE = `${BOOK}
local attempt = ARGV[3]
local call = callAt(KEYS[3], ARGV[2])
local more = call and noteDebt(call, attempt, tonumber(ARGV[4])) or 0
if more > 0 then
  local isOver = call.unknown == 0 and call.by == attempt
  put(call, isOver and 0 or call.held - math.min(call.held, more), call.due + more)
end
save()
`;

/**
 * Releases what calls hold and owe whose lease has ended.
 *
 * ARGV: 2 end of the lease, at the latest, 3 how many are looked at, 4 the beginning of the keys of calls.
 * Result: how many were looked at, then of each that was released its id, what it held and what it owed.
 */
export const SWEEP = `${BOOK}
local ids = redis.call('ZRANGEBYSCORE', holds, '-inf', ARGV[2], 'LIMIT', 0, ARGV[3])
local released = { #ids }
for _, id in ipairs(ids) do
  local call = callAt(ARGV[4] .. id, id)
  if call and isListed(call) then
    for _, value in ipairs({ id, integer(call.held), integer(call.due) }) do table.insert(released, value) end
    call.by, call.owed = call.by or '', 0
    put(call, 0, 0)
  else
    redis.call('ZREM', holds, id)
  end
end
save()
return released
`;

/**
 * Sets counters that are unknown. What open calls hold and owe on one under a former name, they hold and owe on it too.
 *
 * KEYS: from 3 on: counters.
 * ARGV: 2 the beginning of the keys of calls; of each counter what was spent, how long it is kept (ms; 0: for ever), the number of
 *       the keys that it had before, and these.
 * Result: of each `1` if it was set.
 */
export const SEED = `${BOOK}
local prefix = take()

local function takeOver(key, former)
  local counter = counterAt(key)
  for _, id in ipairs(redis.call('ZRANGE', holds, 0, -1)) do
    local call = callAt(prefix .. id, id)
    for index = 1, call and #call.places or 0, 2 do
      if former[call.places[index]] then
        table.insert(call.places, key)
        table.insert(call.places, call.places[index + 1])
        add(counter, 'due', call.due)
        add(counter, 'held', call.held)
        call.isChanged = true
        break
      end
    end
  end
end

local answers = {}
for index = 3, #KEYS do
  local counter, spent, life, former = counterAt(KEYS[index]), number(), number(), {}
  for _ = 1, number() do former[take()] = true end
  answers[index - 2] = counter.isKnown and 0 or 1
  if not counter.isKnown then
    begin(counter, spent, life)
    if next(former) then takeOver(KEYS[index], former) end
  end
end
save()
return answers
`;

/** KEYS: 3 a counter. ARGV: 2 what is to be added to its spent sum. Result: `1`, or `0` if the counter is unknown. */
export const CORRECT = `${BOOK}
local counter = counterAt(KEYS[3])
if not counter.isKnown then return 0 end
add(counter, 'spent', number())
save()
return 1
`;

/** KEYS: from 3 on: counters. Result: of each its spent, due and held sums in a string, or nothing if it is unknown. */
export const READ_COUNTERS = `${BOOK}
local answers = {}
for index = 3, #KEYS do
  local counter = counterAt(KEYS[index])
  answers[index - 2] = counter.isKnown and string.format('%.0f %.0f %.0f', counter.spent, counter.due, counter.held) or ''
end
return answers
`;

/**
 * A connection begins. A Redis that was started anew and does not write every change to a file may stand where it stood
 * minutes ago: it counts from now on.
 *
 * KEYS: 1 since when Redis counts. ARGV: 1 now. Result: what happens when the memory is full.
 */
export const BEGIN_COUNTING = `
local info = redis.call('INFO')
local run = string.match(info, 'run_id:(%w+)')
local known = redis.call('HMGET', KEYS[1], 'since', 'run')
local isWhole = known[2] == run or not known[2] or string.find(info, 'aof_enabled:1', 1, true)
if not known[1] or not isWhole then redis.call('HSET', KEYS[1], 'since', ARGV[1]) end
if known[2] ~= run then redis.call('HSET', KEYS[1], 'run', run) end
return string.match(info, 'maxmemory_policy:([%w-]+)') or ''
`;
