-- KEYS: cores, totals. Returns the sockets of the cores whose report is valid.
local time = redis.call('TIME')
local sum = 0
for _, core in ipairs(redis.call('ZRANGE', KEYS[1], time[1] * 1000 + math.floor(time[2] / 1000), '+inf', 'BYSCORE')) do
    sum = sum + (redis.call('HGET', KEYS[2], core) or 0)
end
return sum
