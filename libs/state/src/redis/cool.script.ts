/**
 * Takes a deployment out and tells every replica.
 *
 * KEYS: 1 the deployments that are out (sorted set by the time of return).
 * ARGV: 1 deployment id, 2 time of return, 3 now (epoch ms), 4 channel.
 * Result: the time of return that holds, the later one of the old and the new.
 * Publishes `<time of return> <deployment id>`.
 */
export const COOL = `
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', ARGV[3])
redis.call('ZADD', KEYS[1], 'GT', ARGV[2], ARGV[1])
local untilWhen = string.format('%.0f', redis.call('ZSCORE', KEYS[1], ARGV[1]))
local last = redis.call('ZRANGE', KEYS[1], -1, -1, 'WITHSCORES')[2]
redis.call('PEXPIRE', KEYS[1], string.format('%.0f', math.max(1, tonumber(last) - tonumber(ARGV[3]))))
redis.call('PUBLISH', ARGV[4], untilWhen .. ' ' .. ARGV[1])
return untilWhen
`;
