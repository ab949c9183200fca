-- KEYS[1]: the key that stores up to where the user's login sessions have ended. ARGV: the new value, which starts with
-- its time; time to live in seconds.
local known = redis.call('GET', KEYS[1])
if not known or tonumber(string.match(known, '^%d+')) < tonumber(string.match(ARGV[1], '^%d+')) then
    redis.call('SET', KEYS[1], ARGV[1], 'EX', ARGV[2])
end
