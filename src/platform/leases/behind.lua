-- after registry.lua
-- ARGV: 1 a registry, 2 the number of an end of leases that it has counted. Returns how many cores have not heard of
-- that end; -1 if that is unknown, because the registry is another one by now. A core that has been silent for two
-- seconds holds no lease (one for half a second neither, but the clock may have been set).
if since ~= ARGV[1] then return -1 end
local behind = 0
each_core(function(_, silent, heard)
    if silent < 2000 and heard < tonumber(ARGV[2]) then behind = behind + 1 end
end)
return behind
