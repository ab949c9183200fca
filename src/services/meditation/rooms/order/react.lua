-- after room.lua
-- after platform/limits/gcra.lua
-- ARGV: 1 now, 2 the epoch that the caller knows ("" for any), 3 the reaction's kind, 4 its members, 5 and 6 the limit
-- of a user: microseconds per reaction, microseconds of the complete quota. Returns -1 if the room has a different
-- epoch, -2 if the limit is exceeded; otherwise the same as flush().
local epoch = redis.call('HGET', room, 'epoch')
if not epoch or (ARGV[2] ~= '' and ARGV[2] ~= epoch) then return -1 end
local allowed, _, next = gcra(redis.call('GET', KEYS[10]), ARGV[1] * 1000, tonumber(ARGV[5]), tonumber(ARGV[6]))
if not allowed then return -2 end
redis.call('SET', KEYS[10], string.format('%.0f', next))
if is_large() then redis.call('HINCRBY', tally, ARGV[3], 1) else order(ARGV[4]) end
local due_in = flush(ARGV[1])
extend_expiry()
return due_in
