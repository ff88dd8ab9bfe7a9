/**
 * What the scripts of texts have in common.
 *
 * KEYS: 1 the names (sorted set by the time at which a text ends), 2 the sizes (hash, by name; of all together under no name).
 * ARGV: 1 name, 2 what the key of a text begins with.
 */
const TEXTS = `
local names, sizes = KEYS[1], KEYS[2]
local name, prefix = ARGV[1], ARGV[2]

local function drop(old)
  local isThere = redis.call('DEL', prefix .. old)
  redis.call('ZREM', names, old)
  local size = tonumber(redis.call('HGET', sizes, old) or 0)
  redis.call('HDEL', sizes, old)
  if size > 0 then redis.call('HINCRBY', sizes, '', -size) end
  return isThere
end
`;

/** ARGV: 3 now (epoch ms), 4 the text, 5 how long it is kept (ms), 6 the most bytes of all texts. */
const KEEP = `${TEXTS}
local now, text, life, most = tonumber(ARGV[3]), ARGV[4], tonumber(ARGV[5]), tonumber(ARGV[6])

local function keep(new)
  drop(new)
  for _, old in ipairs(redis.call('ZRANGEBYSCORE', names, '-inf', now, 'LIMIT', 0, 100)) do drop(old) end
  redis.call('SET', prefix .. new, text, 'PX', life)
  redis.call('ZADD', names, string.format('%.0f', now + life), new)
  redis.call('HSET', sizes, new, #text)
  local bytes = redis.call('HINCRBY', sizes, '', #text)
  while bytes > most do
    local first = redis.call('ZRANGE', names, 0, 0)[1]
    if not first then break end
    drop(first)
    bytes = tonumber(redis.call('HGET', sizes, ''))
  end
  for _, key in ipairs({ names, sizes }) do
    if redis.call('PTTL', key) < life then redis.call('PEXPIRE', key, life) end
  end
  return bytes
end
`;

export const KEEP_TEXT = `${KEEP}
return keep(name)
`;

/**
 * At the end of the list of that name, whose key holds how many were added to it. ARGV: 7 how many of the last stay. Result: the
 * place of the text, from 1.
 */
export const APPEND_TEXT = `${KEEP}
local place = redis.call('INCR', prefix .. name)
redis.call('PEXPIRE', prefix .. name, life)
drop(name .. '#' .. (place - tonumber(ARGV[7])))
keep(name .. '#' .. place)
return place
`;

/** Result: 1, or 0 if there was none. */
export const DROP_TEXT = `${TEXTS}
return drop(name)
`;

/**
 * A step through all names, of which those go that begin with the name. ARGV: 3 the cursor, '0' at first. Result: the cursor of the
 * next step, '0' after the last, and how many were dropped.
 */
export const FLUSH_TEXTS = `${TEXTS}
local step = redis.call('ZSCAN', names, ARGV[3], 'COUNT', 500)
local dropped = 0
for place = 1, #step[2], 2 do
  local old = step[2][place]
  if old:sub(1, #name) == name then dropped = dropped + drop(old) end
end
return { step[1], dropped }
`;
