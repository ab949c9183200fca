-- after platform/limits/gcra.lua
-- KEYS[1]: the caller's arrival time, in microseconds of Redis's own clock, so that the clocks of the nodes do not
-- matter. KEYS[2…]: read along. ARGV: microseconds a call, microseconds of the whole quota, whether
-- the call is made (1) or only looked at. Returns whether it is allowed, how far the arrival time runs ahead, and the
-- values.
local clock = redis.call('TIME')
local now = clock[1] * 1000000 + clock[2]
local values = redis.call('MGET', unpack(KEYS))
local allowed, start, next = gcra(values[1], now, tonumber(ARGV[1]), tonumber(ARGV[2]))
if allowed and ARGV[3] == '1' then
    start = next
    redis.call('SET', KEYS[1], string.format('%.0f', next), 'PX', math.ceil((next - now) / 1000) + 1)
end
return {allowed and 1 or 0, math.ceil(start - now), unpack(values, 2, #KEYS)}
