-- KEYS: the user's sockets, a sorted set: connection by its expiry (ms). ARGV: 1 now, 2 the expiry, 3 the maximum
-- number of open sockets, 4 the time to live, then the connections. Returns those above the maximum, the oldest first:
-- their ids begin with the time at which they were opened.
local sockets = KEYS[1]
redis.call('ZREMRANGEBYSCORE', sockets, '-inf', ARGV[1])
for i = 5, #ARGV do redis.call('ZADD', sockets, ARGV[2], ARGV[i]) end
redis.call('PEXPIRE', sockets, ARGV[4])
local displaced, excess = {}, redis.call('ZCARD', sockets) - ARGV[3]
if excess <= 0 then return displaced end
local open = redis.call('ZRANGE', sockets, 0, -1)
table.sort(open)
for i = 1, excess do
    displaced[i] = open[i]
    redis.call('ZREM', sockets, open[i])
end
return displaced
