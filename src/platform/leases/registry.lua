-- KEYS[1]: the registry of the cores that may hold leases, one hash, so that it exists as a whole or not at all:
-- `since`, which identifies it and begins with the time of its creation; `ended`, the number of the last end of leases;
-- and `c:<core>`, the time of the core's last beat and the number of the last end that it has heard of. Times are
-- milliseconds of Redis's clock.
local registry = KEYS[1]
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
redis.call('HSETNX', registry, 'since', string.format('%.0f:%s', now, clock[2]))
redis.call('PEXPIRE', registry, 600000)
local since = redis.call('HGET', registry, 'since')
local age = now - tonumber(string.match(since, '^%d+'))

-- Calls `visit` with each core's field, the time since its last beat, and what it has heard of.
local function each_core(visit)
    local fields = redis.call('HGETALL', registry)
    for i = 1, #fields, 2 do
        local at, heard = string.match(fields[i + 1], '^(%d+) (%d+)$')
        if at then visit(fields[i], now - tonumber(at), tonumber(heard)) end
    end
end
