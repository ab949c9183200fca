-- after room.lua
-- ARGV: 1 now
if redis.call('EXISTS', room) == 0 then return {{}, 0} end
local lost = reap(ARGV[1])
flush(ARGV[1])
return {lost, redis.call('ZCARD', leases)}
