-- after room.lua
-- ARGV: 1 the event's members, 2 the state that it leads to, 3 and 4 the startsAt and endsAt of that state. Does
-- nothing if the room already has that state.
local state = redis.call('HGET', room, 'state')
if not state or state == ARGV[2] or state == 'ended' then return end
redis.call('HSET', room, 'state', ARGV[2], 'startsAt', ARGV[3], 'endsAt', ARGV[4])
order(ARGV[1])
extend_expiry()
