/**
 * The money of calls, for scripts that need it; mirrors `call-money.ts`. What is read is read once, what changes is written by
 * `save`, at the script's end.
 *
 * A counter is a hash: `spent`, `due`, `held`, and `since`. A call is a string, its packed values: since, key and maximum of each
 * counter that it was let in against, held, due, owed (what of it is owed for attempts by name), charged, unknown (how many
 * attempts), by (of a settled one: the attempt, or nothing), the end of its lease, when its last counter is forgotten (0: never),
 * and its attempts by name: what was charged, whether that is known, whether anything was charged, what is owed. The calls
 * that hold or owe and have no unknown attempt are in a sorted set by the end of their lease.
 *
 * `since` is when Redis began to count without a gap. What bears another one is from before a loss of data and counts for nothing.
 *
 * Wants: `counting` (key of a hash; nil: no money in this script), `holds` (key of the sorted set), `now` (epoch ms). Keys of a
 * call's counters are in its record: they have the same hash tag as all others.
 */
export const MONEY = `
local SETTLED_KEEP, UNKNOWN_KEEP = 3600000, 30 * 86400000
local function integer(value) return string.format('%.0f', value) end

local since = counting and redis.call('HGET', counting, 'since')
if counting and not since then
  since = integer(now)
  redis.call('HSET', counting, 'since', since)
end

local counters, calls = {}, {}

local function counterAt(key)
  local counter = counters[key]
  if counter then return counter end
  local sums = redis.call('HMGET', key, 'since', 'spent', 'due', 'held')
  counter = { isKnown = sums[1] == since, isStale = sums[1] and sums[1] ~= since, spent = 0, due = 0, held = 0 }
  if counter.isKnown then
    counter.spent, counter.due, counter.held = tonumber(sums[2]), tonumber(sums[3]), tonumber(sums[4])
  end
  counters[key] = counter
  return counter
end

local function begin(counter, spent, life)
  counter.isKnown, counter.isNew, counter.spent, counter.life = true, true, spent, life
end

local function add(counter, name, amount)
  if amount == 0 then return end
  counter[name], counter.isChanged = counter[name] + amount, true
end

local function kindOf(call)
  if call.held > 0 or call.due > 0 then return 'open' end
  return call.unknown > 0 and 'unknown' or 'closed'
end

local function isListed(call)
  return call.unknown == 0 and kindOf(call) == 'open'
end

local function newCall(key, id, lease, ends)
  local call = { id = id, places = {}, held = 0, due = 0, owed = 0, charged = 0, unknown = 0, lease = lease, ends = ends, attempts = {} }
  calls[key] = call
  return call
end

-- Nil for one that is unknown.
local function callAt(key, id)
  if calls[key] then return calls[key] end
  local text = redis.call('GET', key)
  if not text then return nil end
  local start, places, held, due, owed, charged, unknown, by, lease, ends, attempts = cmsgpack.unpack(text)
  if start ~= since then
    redis.call('DEL', key)
    return nil
  end
  local call = {
    id = id, places = places, held = held, due = due, owed = owed, charged = charged, unknown = unknown, by = by or nil,
    lease = lease, ends = ends, attempts = attempts
  }
  call.kind, call.wasListed = kindOf(call), isListed(call)
  calls[key] = call
  return call
end

local function put(call, held, due)
  for index = 1, #call.places, 2 do
    local counter = counterAt(call.places[index])
    if counter.isKnown then
      add(counter, 'due', due - call.due)
      add(counter, 'held', held - call.held)
    end
  end
  call.held, call.due, call.isChanged = held, due, true
end

local function attemptOf(call, id)
  call.attempts[id] = call.attempts[id] or { cost = 0, owed = 0 }
  return call.attempts[id]
end

-- What is owed now that was not before.
local function noteDebt(call, id, cost)
  local attempt = attemptOf(call, id)
  if attempt.isKnown or attempt.owed > 0 then return 0 end
  attempt.owed = math.max(0, cost - attempt.cost)
  call.owed = call.owed + attempt.owed
  return attempt.owed
end

local function saveCounter(key, counter)
  if counter.isStale and counter.isNew then redis.call('DEL', key) end
  if counter.isNew or counter.isChanged then
    redis.call('HSET', key, 'since', since, 'spent', counter.spent, 'due', counter.due, 'held', counter.held)
  end
  if counter.isNew and counter.life > 0 then redis.call('PEXPIRE', key, counter.life) end
end

-- Nil: for ever.
local function lifeOf(call, kind)
  if kind == 'unknown' then return UNKNOWN_KEEP end
  if kind == 'closed' then return math.max(0, call.lease - now) + SETTLED_KEEP end
  return call.ends > 0 and math.max(1, call.ends - now) or nil
end

local function saveCall(key, call)
  local text = cmsgpack.pack(
    since, call.places, call.held, call.due, call.owed, call.charged, call.unknown, call.by or false, call.lease, call.ends, call.attempts
  )
  local kind = kindOf(call)
  local life = lifeOf(call, kind)
  if kind == call.kind then redis.call('SET', key, text, 'KEEPTTL')
  elseif life then redis.call('SET', key, text, 'PX', life)
  else redis.call('SET', key, text) end
end

local function save()
  local listed, unlisted = {}, {}
  for key, counter in pairs(counters) do saveCounter(key, counter) end
  for key, call in pairs(calls) do
    if call.isChanged then
      saveCall(key, call)
      if not isListed(call) then
        if call.wasListed then table.insert(unlisted, call.id) end
      elseif not call.wasListed then
        table.insert(listed, call.lease)
        table.insert(listed, call.id)
      end
    end
  end
  if #listed > 0 then redis.call('ZADD', holds, unpack(listed)) end
  if #unlisted > 0 then redis.call('ZREM', holds, unpack(unlisted)) end
end
`;
