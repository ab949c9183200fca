-- Shared by all scripts.
-- KEYS: room      hash: epoch, seq, state, startsAt, endsAt, host and version of the group, hostLeftAt (ms, while the
--                 host is absent), told (the number of participants that clients know; -1: not all know the same),
--                 flushedAt and reapedAt (ms), arrivals (a number), newcomers, logBytes, history (the server's, see
--                 below); its name is also the room's channel, which is therefore in the same slot
--       log       list: the last events, complete; at most 1,000 and 512 KiB
--       people    hash: user → participant (JSON)
--       arrivals  sorted set: user by order of arrival
--       leases    sorted set: user/connection by its expiry (ms)
--       counts    hash: user → number of leases
--       joined    hash: user → participant, in a large room: joined, but not published yet
--       left      hash: the same for those who left
--       tally     hash: kind → number of reactions of a large room that are not published yet
-- For a reaction, additionally one of its user (react.lua).
-- Times are milliseconds of the calling node's clock.

local room, log, people, arrivals, leases, counts, joined, left, tally = unpack(KEYS)

-- A promoted replica may lack the last events, and would assign their numbers again: its data of the room is deleted,
-- as if Redis had been flushed. Redis identifies each history of its data by a replication id, and a new master begins
-- a new one. A user without the right to run INFO (@dangerous) sees no difference between histories.
local info = redis.pcall('INFO', 'replication')
local history = type(info) == 'string' and string.match(info, 'master_replid:(%x+)') or ''
local written_in = redis.call('HGET', room, 'history')
if written_in and written_in ~= history then redis.call('DEL', unpack(KEYS)) end

local function order(event)
    local seq = redis.call('HINCRBY', room, 'seq', 1)
    local numbered = '{"seq":' .. seq .. ',"epoch":"' .. redis.call('HGET', room, 'epoch') .. '",' .. event .. '}'
    local length, bytes = redis.call('RPUSH', log, numbered), #numbered
    if length == 1 then
        redis.call('HSET', room, 'logBytes', bytes)
    else
        bytes = redis.call('HINCRBY', room, 'logBytes', bytes)
    end
    while length > 1000 or (bytes > 524288 and length > 1) do
        bytes = redis.call('HINCRBY', room, 'logBytes', -#redis.call('LPOP', log))
        length = length - 1
    end
    redis.call('SPUBLISH', room, numbered)
    return seq
end

local function is_large() return redis.call('ZCARD', arrivals) > 100 end
local function announces_counts_only()
    return redis.call('ZCARD', arrivals) > 1000 and redis.call('HGET', room, 'state') == 'running'
end

-- For a change of `step` participants: published at once in a room of up to 100, otherwise stored for flush(), which
-- names up to twenty who joined and twenty who left.
local function announce_presence(type, step, user, participant, rest)
    local count = redis.call('ZCARD', arrivals)
    local is_waiting = tonumber(redis.call('HGET', room, 'told')) ~= count - step
                       or redis.call('EXISTS', joined, left) > 0
    if is_large() or is_waiting then
        local mine, opposite = joined, left
        if step < 0 then mine, opposite = left, joined end
        redis.call('HDEL', opposite, user)
        if redis.call('HLEN', mine) < 20 and not announces_counts_only() then
            redis.call('HSET', mine, user, participant)
        end
        return
    end
    redis.call('HSET', room, 'told', count)
    order('"type":"' .. type .. '","participant":' .. participant .. ',"participantCount":' .. count .. rest)
end

-- Publishes what a large room's clients do not know yet, at most every 250 ms, and less often in a room of more than
-- 10,000, so that its clients are sent at most 40,000 of these events a second; in a room that announces counts only,
-- every 10 s and without names. Returns in how many ms it is due; 0 if nothing is left to publish.
local function flush(now)
    local announced, flushed_at = unpack(redis.call('HMGET', room, 'told', 'flushedAt'))
    if not announced then return 0 end
    local count, counts_only = redis.call('ZCARD', arrivals), announces_counts_only()
    local is_changed = tonumber(announced) ~= count or redis.call('EXISTS', joined, left) > 0
    local has_reactions = redis.call('EXISTS', tally) == 1
    if not is_changed and not has_reactions then return 0 end
    local interval = counts_only and 10000 or math.max(250, math.floor(count / 40))
    local waited = math.abs(now - (flushed_at or 0)) -- the other time may come from another node's clock
    if waited < interval then return interval - waited end
    redis.call('HSET', room, 'flushedAt', now, 'told', count)
    if is_changed then
        if counts_only then redis.call('DEL', joined, left) end
        order('"type":"presence","participantCount":' .. count ..
              ',"joined":[' .. table.concat(redis.call('HVALS', joined), ',') ..
              '],"left":[' .. table.concat(redis.call('HVALS', left), ',') .. ']')
    end
    if has_reactions then
        local kinds, sums = redis.call('HGETALL', tally), {}
        for i = 1, #kinds, 2 do sums[#sums + 1] = '"' .. kinds[i] .. '":' .. kinds[i + 1] end
        order('"type":"reaction","counts":{' .. table.concat(sums, ',') .. '}')
    end
    redis.call('DEL', joined, left, tally)
    return 0
end

-- Returns true if it was the participant's last lease: then they have left.
local function end_lease(lease, reason, now)
    if redis.call('ZREM', leases, lease) == 0 then return false end
    local user = string.sub(lease, 1, 36)
    if redis.call('HINCRBY', counts, user, -1) > 0 then return false end
    local participant = redis.call('HGET', people, user)
    redis.call('HDEL', counts, user)
    redis.call('HDEL', people, user)
    redis.call('ZREM', arrivals, user)
    if user == redis.call('HGET', room, 'host') then redis.call('HSET', room, 'hostLeftAt', now) end
    announce_presence('leave', -1, user, participant, ',"reason":"' .. reason .. '"')
    return true
end

-- Removes the expired leases of all participants. After a pause in which no node could renew, all have 10 s to renew
-- first. Returns the leases with which participants left (alternating with their expiry times), and whether expired
-- ones remain.
local function reap(now)
    local reaped_at = redis.call('HGET', room, 'reapedAt') or now
    redis.call('HSET', room, 'reapedAt', now)
    if now - reaped_at > 12000 then
        for _, lease in ipairs(redis.call('ZRANGE', leases, '-inf', now, 'BYSCORE')) do
            redis.call('ZADD', leases, now + 10000, lease)
        end
    end
    local lost, expired = {}, redis.call('ZRANGE', leases, '-inf', now, 'BYSCORE', 'LIMIT', 0, 1000, 'WITHSCORES')
    for i = 1, #expired, 2 do
        if end_lease(expired[i], 'timeout', now) then
            lost[#lost + 1] = expired[i]
            lost[#lost + 1] = tonumber(expired[i + 1])
        end
    end
    return lost, #expired == 2000
end

-- The events after `seq`, or false if the log does not reach back that far.
local function events_after(seq)
    local missing = tonumber(redis.call('HGET', room, 'seq')) - seq
    if missing == 0 then return {} end
    if missing < 0 or missing > redis.call('LLEN', log) then return false end
    return redis.call('LRANGE', log, -missing, -1)
end

local function extend_expiry()
    for _, key in ipairs(KEYS) do redis.call('EXPIRE', key, 900) end
end

-- A room that Redis does not have (or no longer has) begins a new epoch.
local function open_room(now, epoch, state, starts_at, ends_at, host, version)
    if redis.call('HSETNX', room, 'epoch', epoch) == 0 then return end
    redis.call('DEL', log, people, arrivals, leases, counts, joined, left, tally)
    redis.call('HSET', room, 'seq', 0, 'state', state, 'startsAt', starts_at, 'endsAt', ends_at, 'host', host,
               'version', version, 'hostLeftAt', now, 'told', 0, 'reapedAt', now, 'history', history)
end
