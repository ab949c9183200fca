-- after registry.lua
-- ARGV: 1 the core, 2 the registry of which it has heard, 3 the number of the last end of leases there. Registers the
-- core. Returns the registry, the number of the last end, the cores of the last minute, whether this one was unknown,
-- and the age of the registry.
local heard = ARGV[2] == since and ARGV[3] or '0'
local is_new = redis.call('HSET', registry, 'c:' .. ARGV[1], string.format('%.0f %s', now, heard))
if is_new == 1 or now % 8 == 0 then  -- often enough, without each core reading about all others at each beat
    each_core(function(core, silent)
        if silent > 61000 then redis.call('HDEL', registry, core) end
    end)
end
local others = redis.call('HEXISTS', registry, 'ended') == 1 and 2 or 1
return {since, tonumber(redis.call('HGET', registry, 'ended') or 0), redis.call('HLEN', registry) - others, is_new, age}
