-- after registry.lua
-- KEYS[2]: the channel. ARGV[1]: a subject. Publishes that all leases on it end. Returns the registry, the number of
-- this end in it, and the age of the registry.
local number = redis.call('HINCRBY', registry, 'ended', 1)
redis.call('SPUBLISH', KEYS[2], string.format('%s %.0f %s', since, number, ARGV[1]))
return {since, number, age}
