-- KEYS: cores, totals, rooms. ARGV: 1 core, 2 ttl (ms), 3 total, then rooms alternating with their counts. Returns the
-- number of known cores and of their sockets.
local cores, totals, rooms = KEYS[1], KEYS[2], KEYS[3]
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('DEL', rooms)
for i = 4, #ARGV, 2 do redis.call('HSET', rooms, ARGV[i], ARGV[i + 1]) end
redis.call('ZADD', cores, now + ARGV[2], ARGV[1])
redis.call('HSET', totals, ARGV[1], ARGV[3])
for _, expired in ipairs(redis.call('ZRANGE', cores, '-inf', now, 'BYSCORE')) do
    redis.call('ZREM', cores, expired)
    redis.call('HDEL', totals, expired)
end
for _, key in ipairs(KEYS) do redis.call('PEXPIRE', key, ARGV[2]) end
local sum = 0
for _, count in ipairs(redis.call('HVALS', totals)) do sum = sum + count end
return {redis.call('HLEN', totals), sum}
