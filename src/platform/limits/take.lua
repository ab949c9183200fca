-- after platform/limits/gcra.lua
-- KEYS[1]: the caller's arrival time, in microseconds of Redis's own clock, so that the clocks of the nodes do not
-- matter. KEYS[2…]: keys whose values are returned, too. ARGV: 1 microseconds per call, 2 microseconds of the complete
-- quota, 3 "1" to make the call or "0" to only check it, 4 calls that were made without asking (quota_leases.h), 5
-- microseconds since the first of those. Returns whether the call is allowed, how far the arrival time is ahead, and
-- the values.
local clock = redis.call('TIME')
local now = clock[1] * 1000000 + clock[2]
local values = redis.call('MGET', unpack(KEYS))
local interval, window = tonumber(ARGV[1]), tonumber(ARGV[2])
local arrival = values[1]
if ARGV[4] ~= '0' then arrival = math.max(tonumber(arrival or 0), now - ARGV[5]) + ARGV[4] * interval end
local allowed, start, next = gcra(arrival, now, interval, window)
local is_made = allowed and ARGV[3] == '1'
if is_made then start = next end
if (is_made or ARGV[4] ~= '0') and start > now then
    redis.call('SET', KEYS[1], string.format('%.0f', start), 'PX', math.ceil((start - now) / 1000) + 1)
end
return {allowed and 1 or 0, math.ceil(start - now), unpack(values, 2, #KEYS)}
