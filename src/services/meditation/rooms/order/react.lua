-- after room.lua
-- ARGV: 1 now, 2 the epoch that the caller knows ("" for any), 3 the reaction's kind, 4 its members, 5 how many a user
-- may send in 10 s. -1 when the room is of another epoch, -2 when that are too many; otherwise as flush().
local epoch = redis.call('HGET', room, 'epoch')
if not epoch or (ARGV[2] ~= '' and ARGV[2] ~= epoch) then return -1 end
local recent, most = KEYS[10], tonumber(ARGV[5])
local before = redis.call('LINDEX', recent, -most)
if before and tonumber(before) > ARGV[1] - 10000 then return -2 end
redis.call('RPUSH', recent, ARGV[1])
redis.call('LTRIM', recent, -most, -1)
redis.call('EXPIRE', recent, 60)
if is_large() then redis.call('HINCRBY', tally, ARGV[3], 1) else order(ARGV[4]) end
local due_in = flush(ARGV[1])
keep()
return due_in
