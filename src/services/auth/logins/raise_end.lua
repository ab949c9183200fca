-- KEYS[1]: up to where the user's login sessions have ended. ARGV: the same anew, beginning with its time; seconds to
-- live.
local known = redis.call('GET', KEYS[1])
if not known or tonumber(string.match(known, '^%d+')) < tonumber(string.match(ARGV[1], '^%d+')) then
    redis.call('SET', KEYS[1], ARGV[1], 'EX', ARGV[2])
end
