-- after room.lua
-- ARGV: 1 seq
local facts = redis.call('HMGET', room, 'epoch', 'seq')
if not facts[1] then return {'', 0, false} end
return {facts[1], tonumber(facts[2]), events_after(tonumber(ARGV[1]))}
