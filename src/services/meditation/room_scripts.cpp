#include "services/meditation/room_scripts.h"

namespace mindspace::meditation {

namespace {

// What all scripts know.
// KEYS: room      hash: epoch, seq, state, startsAt, endsAt; its name is the room's channel, too, and so in its slot
//       log       list: the last events, whole
//       people    hash: user → participant (JSON)
//       arrivals  sorted set: user by the order of coming
//       leases    sorted set: user/connection by its expiry (ms)
//       counts    hash: user → how many leases
constexpr const char* kPrelude = R"(
local room, log, people, arrivals, leases, counts = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6]

local function order(event)
    local seq = redis.call('HINCRBY', room, 'seq', 1)
    local stamped = '{"seq":' .. seq .. ',"epoch":"' .. redis.call('HGET', room, 'epoch') .. '",' .. event .. '}'
    redis.call('RPUSH', log, stamped)
    redis.call('LTRIM', log, -1000, -1)
    redis.call('SPUBLISH', room, stamped)
    return seq
end

local function order_presence(type, participant, rest)
    return order('"type":"' .. type .. '","participant":' .. participant ..
                 ',"participantCount":' .. redis.call('ZCARD', arrivals) .. rest)
end

-- True when that was the participant's last lease: then they have left.
local function end_lease(lease, reason)
    if redis.call('ZREM', leases, lease) == 0 then return false end
    local user = string.sub(lease, 1, 36)
    if redis.call('HINCRBY', counts, user, -1) > 0 then return false end
    local participant = redis.call('HGET', people, user)
    redis.call('HDEL', counts, user)
    redis.call('HDEL', people, user)
    redis.call('ZREM', arrivals, user)
    order_presence('leave', participant, ',"reason":"' .. reason .. '"')
    return true
end

-- The events after `seq`, or false when the log does not reach back so far.
local function events_after(seq)
    local missing = tonumber(redis.call('HGET', room, 'seq')) - seq
    if missing == 0 then return {} end
    if missing < 0 or missing > redis.call('LLEN', log) then return false end
    return redis.call('LRANGE', log, -missing, -1)
end

local function keep()
    for _, key in ipairs(KEYS) do redis.call('EXPIRE', key, 900) end
end

-- A room that Redis does not know (any more) begins a new epoch.
local function open_room(epoch, state, starts_at, ends_at)
    if redis.call('HSETNX', room, 'epoch', epoch) == 0 then return end
    redis.call('DEL', log, people, arrivals, leases, counts)
    redis.call('HSET', room, 'seq', 0, 'state', state, 'startsAt', starts_at, 'endsAt', ends_at)
end
)";

redis::Script make(const char* body) {
    return redis::Script::make(std::string(kPrelude) + body);
}

}  // namespace

// ARGV: 1–4 as open_room; 5 lease, 6 its expiry, 7 participant, 8 the most participants (0: any number), 9 whether to
// tell ("1"), 10 and 11 the epoch and seq to resume from ("" for none)
const redis::Script kEnterScript = make(R"(
open_room(ARGV[1], ARGV[2], ARGV[3], ARGV[4])
local lease, user, most = ARGV[5], string.sub(ARGV[5], 1, 36), tonumber(ARGV[8])
local is_new = redis.call('HEXISTS', people, user) == 0
if is_new and most > 0 and redis.call('ZCARD', arrivals) >= most then return {'full'} end
if redis.call('ZADD', leases, ARGV[6], lease) == 1 then redis.call('HINCRBY', counts, user, 1) end
-- Whoever is welcomed while the room is being rebuilt must be told of those who were there before.
if ARGV[9] == '1' then redis.call('HSET', room, 'newcomers', 1) end
if is_new then
    redis.call('HSET', people, user, ARGV[7])
    redis.call('ZADD', arrivals, redis.call('HINCRBY', room, 'arrivals', 1), user)
    if redis.call('HEXISTS', room, 'newcomers') == 1 then order_presence('join', ARGV[7], '') end
end
local facts = redis.call('HMGET', room, 'epoch', 'seq', 'state', 'startsAt', 'endsAt')
local missed = false
if ARGV[10] == facts[1] then missed = events_after(tonumber(ARGV[11])) end
local first = redis.call('ZRANGE', arrivals, 0, 49)
keep()
return {'entered', facts[1], tonumber(facts[2]), facts[3], facts[4], facts[5], is_new and 1 or 0,
        redis.call('ZCARD', arrivals), redis.call('HGET', people, user), redis.call('HMGET', people, unpack(first)),
        missed}
)");

// ARGV: 1 lease
const redis::Script kLeaveScript = make(R"(
return end_lease(ARGV[1], 'left') and 1 or 0
)");

// ARGV: 1–4 as open_room; 5 now, then lease and expiry in turn
const redis::Script kRenewScript = make(R"(
open_room(ARGV[1], ARGV[2], ARGV[3], ARGV[4])
local unknown, gone = {}, {}
for i = 6, #ARGV, 2 do
    if redis.call('ZSCORE', leases, ARGV[i]) then
        redis.call('ZADD', leases, ARGV[i + 1], ARGV[i])
    else
        unknown[#unknown + 1] = ARGV[i]
    end
end
local expired = redis.call('ZRANGE', leases, '-inf', ARGV[5], 'BYSCORE', 'LIMIT', 0, 1000, 'WITHSCORES')
for i = 1, #expired, 2 do
    if end_lease(expired[i], 'timeout') then
        gone[#gone + 1] = expired[i]
        gone[#gone + 1] = tonumber(expired[i + 1])
    end
end
keep()
local facts = redis.call('HMGET', room, 'epoch', 'seq')
return {facts[1], tonumber(facts[2]), unknown, gone, #expired < 2000 and 1 or 0}
)");

// ARGV: 1 the epoch that the caller knows ("" for any), 2 the event's members, 3 the state it makes ("" for none),
// 4 and 5 startsAt and endsAt with it. 0 when the room is of another epoch, or has that state already.
const redis::Script kPublishScript = make(R"(
local epoch, state = unpack(redis.call('HMGET', room, 'epoch', 'state'))
if not epoch or (ARGV[1] ~= '' and ARGV[1] ~= epoch) then return 0 end
if ARGV[3] ~= '' then
    if ARGV[3] == state or state == 'ended' then return 0 end
    redis.call('HSET', room, 'state', ARGV[3], 'startsAt', ARGV[4], 'endsAt', ARGV[5])
end
keep()
return order(ARGV[2])
)");

// ARGV: 1 seq
const redis::Script kReadScript = make(R"(
local facts = redis.call('HMGET', room, 'epoch', 'seq')
if not facts[1] then return {'', 0, false} end
return {facts[1], tonumber(facts[2]), events_after(tonumber(ARGV[1]))}
)");

}  // namespace mindspace::meditation
