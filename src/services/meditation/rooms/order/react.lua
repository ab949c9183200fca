-- after room.lua
-- after platform/limits/gcra.lua
-- KEYS[10]: list of this user's reactions, oldest first: the arrival time of each (microseconds, gcra.lua).
-- ARGV: 1 now, 2 the epoch that the caller knows ("" for any), 3 the reaction's kind, 4 its members, 5 and 6 the limit
-- of a user: reactions and microseconds, as in sliding_window.h. Returns -1 if the room has a different epoch, -2 if
-- the limit is exceeded; otherwise the same as flush().
local epoch = redis.call('HGET', room, 'epoch')
if not epoch or (ARGV[2] ~= '' and ARGV[2] ~= epoch) then return -1 end
local reactions, now, window = KEYS[10], ARGV[1] * 1000, tonumber(ARGV[6])
local allowed, _, next = gcra(redis.call('LINDEX', reactions, -ARGV[5]), now, window, window)
if not allowed then return -2 end
redis.call('RPUSH', reactions, string.format('%.0f', next))
if tonumber(redis.call('LINDEX', reactions, 0)) <= now then redis.call('LPOP', reactions) end
if is_large() then redis.call('HINCRBY', tally, ARGV[3], 1) else order(ARGV[4]) end
local due_in = flush(ARGV[1])
extend_expiry()
return due_in
