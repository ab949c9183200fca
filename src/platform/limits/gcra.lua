-- The generic cell rate algorithm, as Gcra in gcra.h: from the stored arrival time (nothing: a new key) whether a call is
-- allowed now, and where the arrival time stands without it and with it. `interval` is what a call uses up, `whole` the
-- quota; all of them are microseconds.
local function gcra(arrival, now, interval, whole)
    local start = math.max(tonumber(arrival or 0), now)
    local next = start + interval
    return next - now <= whole + 0.5, start, next
end
