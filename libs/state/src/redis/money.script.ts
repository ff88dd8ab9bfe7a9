/**
 * The money of calls, for scripts that need it; mirrors `call-money.ts`. What is read is read once, what changes is written by
 * `save`, at the script's end.
 *
 * A counter is a hash: `spent`, `due`, `held`, and `since`. A call is a hash: `places` (packed: key and maximum of each counter
 * that it was let in against), `held`, `due`, `owed` (what of it is owed for attempts by name), `charged`, `unknown` (how many
 * attempts), `by` (there once it is settled: the attempt, or nothing), `lease` (its end), `ends` (when its last counter is forgotten;
 * 0: never), `a:{attempt}` (what was charged; 1 if that is known, 0 if not, 2 if nothing was charged; what is owed), and `since`. The calls that hold or owe and have no unknown attempt are in a sorted set by `lease`.
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
  counter = { isKnown = sums[1] == since, isStale = sums[1] and sums[1] ~= since, spent = 0, due = 0, held = 0, more = {} }
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
  counter[name] = counter[name] + amount
  counter.more[name] = (counter.more[name] or 0) + amount
end

local function readAttempt(text)
  local cost, kind, owed = string.match(text or '', '^(%d+) (%d) ?(%d*)$')
  return cost and { cost = tonumber(cost), isKnown = kind == '1', isCharged = kind ~= '2', owed = tonumber(owed) or 0 }
end

local function attemptText(attempt)
  local kind = attempt.isKnown and ' 1 ' or attempt.isCharged and ' 0 ' or ' 2 '
  return integer(attempt.cost) .. kind .. integer(attempt.owed)
end

local function kindOf(call)
  if call.held > 0 or call.due > 0 then return 'open' end
  return call.unknown > 0 and 'unknown' or 'closed'
end

local function newCall(key, id, lease, ends)
  local call = { id = id, places = {}, held = 0, due = 0, owed = 0, charged = 0, unknown = 0, lease = lease, ends = ends, isNew = true }
  call.attempts, call.noted, call.read = {}, {}, { held = 0, due = 0, owed = 0, charged = 0, unknown = 0 }
  calls[key] = call
  return call
end

-- Nil for one that is unknown.
local function callAt(key, id, attempt)
  local call = calls[key]
  if call == nil then
    local fields = redis.call('HMGET', key, 'since', 'places', 'held', 'due', 'owed', 'charged', 'unknown', 'by', 'lease', 'ends', 'a:' .. attempt)
    if not fields[1] then return nil end
    if fields[1] ~= since then
      redis.call('DEL', key)
      return nil
    end
    call = newCall(key, id, tonumber(fields[9]), tonumber(fields[10]))
    call.isNew, call.by = false, fields[8]
    call.places = fields[2] and cmsgpack.unpack(fields[2]) or {}
    for index, name in ipairs({ 'held', 'due', 'owed', 'charged', 'unknown' }) do
      call[name] = tonumber(fields[2 + index] or 0)
      call.read[name] = call[name]
    end
    call.attempts[attempt], call.kind = readAttempt(fields[11]) or false, kindOf(call)
  end
  if call.attempts[attempt] == nil then
    call.attempts[attempt] = not call.isNew and readAttempt(redis.call('HGET', key, 'a:' .. attempt)) or false
  end
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
  attempt.owed, call.noted[id] = math.max(0, cost - attempt.cost), true
  call.owed = call.owed + attempt.owed
  return attempt.owed
end

local function saveCounter(key, counter)
  if not counter.isNew then
    for name, amount in pairs(counter.more) do
      if amount ~= 0 then redis.call('HINCRBY', key, name, integer(amount)) end
    end
    return
  end
  if counter.isStale then redis.call('DEL', key) end
  redis.call('HSET', key, 'since', since, 'spent', integer(counter.spent), 'due', integer(counter.due), 'held', integer(counter.held))
  if counter.life > 0 then redis.call('PEXPIRE', key, integer(counter.life)) end
end

local function lifeOf(call, kind)
  if kind == 'unknown' then return UNKNOWN_KEEP end
  if kind == 'closed' then return math.max(0, call.lease - now) + SETTLED_KEEP end
  return call.ends > 0 and math.max(1, call.ends - now) or nil
end

local function saveCall(key, call, listed, unlisted)
  local fields = call.isNew and { 'since', since, 'lease', integer(call.lease), 'ends', integer(call.ends) } or {}
  local function set(name, value)
    table.insert(fields, name)
    table.insert(fields, value)
  end
  if (call.isNew or call.isMoved) and #call.places > 0 then set('places', cmsgpack.pack(call.places)) end
  for name, value in pairs(call.read) do
    if call[name] ~= value then set(name, integer(call[name])) end
  end
  if call.by then set('by', call.by) end
  for attempt in pairs(call.noted) do
    set('a:' .. attempt, attemptText(call.attempts[attempt]))
  end
  redis.call('HSET', key, unpack(fields))
  local kind = kindOf(call)
  if call.isNew or kind ~= call.kind then
    local life = lifeOf(call, kind)
    if life then redis.call('PEXPIRE', key, integer(life))
    elseif not call.isNew then redis.call('PERSIST', key) end
  end
  local wasListed = call.kind == 'open' and call.read.unknown == 0
  local isListed = kind == 'open' and call.unknown == 0
  if isListed and not wasListed then
    table.insert(listed, integer(call.lease))
    table.insert(listed, call.id)
  elseif wasListed and not isListed then
    table.insert(unlisted, call.id)
  end
end

local function save()
  local listed, unlisted = {}, {}
  for key, counter in pairs(counters) do saveCounter(key, counter) end
  for key, call in pairs(calls) do
    if call.isChanged then saveCall(key, call, listed, unlisted) end
  end
  if #listed > 0 then redis.call('ZADD', holds, unpack(listed)) end
  if #unlisted > 0 then redis.call('ZREM', holds, unpack(unlisted)) end
end
`;
