-- after room.lua
-- ARGV: 1–7 as for open_room; 8 lease, 9 its expiry, 10 participant, 11 the maximum number of participants (0:
-- unlimited), 12 whether to announce the entry ("1"), 13 and 14 the epoch and seq to resume from ("" for none)
open_room(unpack(ARGV, 1, 7))
local lease, user, most = ARGV[8], string.sub(ARGV[8], 1, 36), tonumber(ARGV[11])
local is_new = redis.call('HEXISTS', people, user) == 0
if is_new and most > 0 and redis.call('ZCARD', arrivals) >= most then return {'full'} end
if redis.call('ZADD', leases, ARGV[9], lease) == 1 then redis.call('HINCRBY', counts, user, 1) end
if user == redis.call('HGET', room, 'host') then redis.call('HDEL', room, 'hostLeftAt') end
-- A client that is welcomed while the room is being rebuilt must receive events about the participants who were there
-- before.
if ARGV[12] == '1' then redis.call('HSET', room, 'newcomers', 1) end
if is_new then
    redis.call('HSET', people, user, ARGV[10])
    redis.call('ZADD', arrivals, redis.call('HINCRBY', room, 'arrivals', 1), user)
    if redis.call('HEXISTS', room, 'newcomers') == 1 then
        announce_presence('join', 1, user, ARGV[10], '')
    else
        redis.call('HINCRBY', room, 'told', 1)
    end
else -- perhaps with a new name, which the next `presence` event tells the others
    local known = redis.call('HGET', people, user)
    local present = string.gsub(ARGV[10], '"joinedAt":[^,}]*', string.match(known, '"joinedAt":[^,}]*'))
    if present ~= known then
        redis.call('HSET', people, user, present)
        if redis.call('HLEN', joined) < 20 and not announces_counts_only() then
            redis.call('HSET', joined, user, present)
        end
    end
end
local due_in = flush(ARGV[1])
-- A client that is welcomed with a different count than the others have must receive the next count, even if that is
-- again the count that the others have.
if tonumber(redis.call('HGET', room, 'told')) ~= redis.call('ZCARD', arrivals) then
    redis.call('HSET', room, 'told', -1)
end
local facts = redis.call('HMGET', room, 'epoch', 'seq', 'state', 'startsAt', 'endsAt')
local missed = false
if ARGV[13] == facts[1] then missed = events_after(tonumber(ARGV[14])) end
local first = redis.call('ZRANGE', arrivals, 0, 49)
extend_expiry()
return {'entered', facts[1], tonumber(facts[2]), facts[3], facts[4], facts[5], is_new and 1 or 0,
        redis.call('ZCARD', arrivals), redis.call('HGET', people, user), redis.call('HMGET', people, unpack(first)),
        missed, due_in}
