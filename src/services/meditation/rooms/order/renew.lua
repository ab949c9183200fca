-- after room.lua
-- ARGV: 1–7 as for open_room, then leases alternating with their expiry times
open_room(unpack(ARGV, 1, 7))
local unknown = {}
for i = 8, #ARGV, 2 do
    if redis.call('ZSCORE', leases, ARGV[i]) then
        redis.call('ZADD', leases, ARGV[i + 1], ARGV[i])
    else
        unknown[#unknown + 1] = ARGV[i]
    end
end
local lost, is_more = reap(ARGV[1])
local due_in = flush(ARGV[1])
extend_expiry()
local facts = redis.call('HMGET', room, 'epoch', 'seq', 'host', 'hostLeftAt')
return {facts[1], tonumber(facts[2]), unknown, lost, is_more and 0 or 1, due_in, facts[3], facts[4] or '',
        redis.call('ZRANGE', arrivals, 0, 0)}
