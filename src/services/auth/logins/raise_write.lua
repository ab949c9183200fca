-- KEYS[1]: the position of the last write. ARGV[1]: a position.
if tonumber(redis.call('GET', KEYS[1]) or 0) < tonumber(ARGV[1]) then
    redis.call('SET', KEYS[1], ARGV[1], 'EX', 60)
end
