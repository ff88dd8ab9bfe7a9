/**
 * What the scripts of circuits have in common. A circuit is a field of a hash, by deployment id:
 * `<until> <opens> <closed> <probing> <owner>`, of which the first four are a `CircuitRecord` and the last is the replica that
 * has the probe.
 *
 * KEYS: 1 the circuits (hash), 2 their ends (sorted set by the time at which they are forgotten), 3 the number of changes.
 * ARGV: 1 deployment id, 2 now (epoch ms), 3 how long a circuit is kept after its deadline (ms), 4 until, 5 opens,
 *       6 closed, the last three as the caller knows them: Redis may have forgotten.
 * A change is published as `<until> <opens> <closed> <probing> <deployment id>` in the channel named as the first key.
 */
const CIRCUIT = `
local circuits, ends, changes = KEYS[1], KEYS[2], KEYS[3]
local id, now, keep = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local fields = { string.match(redis.call('HGET', circuits, id) or '', '^(%d+) (%d+) (%d+) (%d+) (.*)$') }
local deadline, opens = tonumber(fields[1] or 0), tonumber(fields[2] or 0)
local closed, probing, owner = tonumber(fields[3] or 0), tonumber(fields[4] or 0), fields[5] or ''

local function show()
  return string.format('%.0f %.0f %.0f %.0f', deadline, opens, closed, probing)
end
local before = show()

local function join(otherDeadline, otherOpens, otherClosed)
  if otherDeadline > deadline then
    deadline, opens, probing, owner = otherDeadline, otherOpens, 0, ''
  elseif otherDeadline == deadline then
    opens = math.max(opens, otherOpens)
  end
  closed = math.max(closed, otherClosed)
end

local function forgetOld()
  local old = redis.call('ZRANGEBYSCORE', ends, '-inf', now, 'LIMIT', 0, 100)
  for _, name in ipairs(old) do
    redis.call('HDEL', circuits, name)
    redis.call('ZREM', ends, name)
  end
end

local function save()
  local text = show()
  if text == before then return text end
  forgetOld()
  local last = math.max(deadline, closed) + keep
  redis.call('HSET', circuits, id, text .. ' ' .. owner)
  redis.call('ZADD', ends, string.format('%.0f', last), id)
  redis.call('INCR', changes)
  for _, key in ipairs(KEYS) do
    if redis.call('PTTL', key) < last - now then
      redis.call('PEXPIRE', key, string.format('%.0f', math.max(1, last - now)))
    end
  end
  redis.call('PUBLISH', circuits, text .. ' ' .. id)
  return text
end

join(tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6]))
`;

/** Opens, closes, or tells a Redis that has forgotten. Result: the record. */
export const JOIN_CIRCUIT = `${CIRCUIT}
return save()
`;

/**
 * Takes the probe of a half-open circuit.
 *
 * ARGV: 7 end of the lease, 8 the replica.
 * Result: `1` (taken) or `0` (another has it, or the circuit is not half-open), and the record.
 */
export const CLAIM_PROBE = `${CIRCUIT}
local granted = 0
if deadline > closed and deadline <= now and probing <= now then
  granted, probing, owner = 1, tonumber(ARGV[7]), ARGV[8]
end
return granted .. ' ' .. save()
`;

/**
 * Gives the probe back, if this replica has it.
 *
 * ARGV: 7 the replica. Result: the record.
 */
export const RELEASE_PROBE = `${CIRCUIT}
if owner == ARGV[7] then probing, owner = 0, '' end
return save()
`;

/**
 * Reads all circuits, if anything changed.
 *
 * KEYS: 1 the circuits, 2 the number of changes. ARGV: 1 the number of changes at the last reading.
 * Result: the number of changes; then, if it is another, ids and records in turn.
 */
export const READ_CIRCUITS = `
local changes = redis.call('GET', KEYS[2]) or '0'
if changes == ARGV[1] then return { changes } end
local rows = redis.call('HGETALL', KEYS[1])
table.insert(rows, 1, changes)
return rows
`;
