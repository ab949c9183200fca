-- after platform/limits/gcra.lua
-- KEYS[1]: the caller's arrival time, in microseconds of Redis's own clock, so that the clocks of the nodes do not
-- matter. KEYS[2…]: keys whose values are returned, too. ARGV: microseconds per call, microseconds of the complete
-- quota, 1 to make the call or 0 to only check it. Returns whether the call is allowed, how far the arrival time is
-- ahead, and the values.
local clock = redis.call('TIME')
local now = clock[1] * 1000000 + clock[2]
local values = redis.call('MGET', unpack(KEYS))
local allowed, start, next = gcra(values[1], now, tonumber(ARGV[1]), tonumber(ARGV[2]))
if allowed and ARGV[3] == '1' then
    start = next
    redis.call('SET', KEYS[1], string.format('%.0f', next), 'PX', math.ceil((next - now) / 1000) + 1)
end
return {allowed and 1 or 0, math.ceil(start - now), unpack(values, 2, #KEYS)}
