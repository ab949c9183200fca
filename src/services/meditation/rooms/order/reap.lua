-- after room.lua
-- ARGV: 1 now
if redis.call('EXISTS', room) == 0 then return {{}, 0} end
local gone = reap(ARGV[1])
flush(ARGV[1])
return {gone, redis.call('ZCARD', leases)}
