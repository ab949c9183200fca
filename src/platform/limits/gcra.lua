-- The generic cell rate algorithm, like Gcra in gcra.h. Takes the stored arrival time (absent for a new key) and
-- returns whether a call is allowed now, and the arrival time without the call and with it. `interval` is what a call
-- consumes, `window` the complete quota; all values are microseconds.
local function gcra(arrival, now, interval, window)
    local start = math.max(tonumber(arrival or 0), now)
    local next = start + interval
    return next - now <= window + 0.5, start, next
end
