-- after room.lua
-- ARGV: 1 now, 2 the event's members, 3 and 4 the new version and host of the group. Does nothing if the room already
-- has that version or a later one.
local version, host = unpack(redis.call('HMGET', room, 'version', 'host'))
if not version or tonumber(ARGV[3]) <= tonumber(version) then return end
redis.call('HSET', room, 'version', ARGV[3], 'host', ARGV[4])
if redis.call('HEXISTS', people, ARGV[4]) == 1 then
    redis.call('HDEL', room, 'hostLeftAt')
elseif host ~= ARGV[4] then
    redis.call('HSET', room, 'hostLeftAt', ARGV[1])
end
order(ARGV[2])
extend_expiry()
