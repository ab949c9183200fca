-- The calls measured by bench/quick.py. Environment: CALL = me, livez, history, write or refresh; TOKENS = file with an
-- access token and a refresh token per line.
local threads = 0
function setup(thread) thread:set("number", threads); threads = threads + 1 end

local function load_tokens()
  local tokens, refresh = {}, {}
  for line in io.lines(os.getenv("TOKENS")) do
    tokens[#tokens + 1], refresh[#refresh + 1] = line:match("(%S+) (%S+)")
  end
  return tokens, refresh
end

-- Cycles over the prepared requests; each thread starts at another one.
local function ring(requests)
  local i, count = math.floor(number * #requests / 2), #requests
  return function() i = i % count + 1; return requests[i] end
end

local function id(counter)
  return string.format("%08x-0000-7000-8%03x-%012x", os.time() % 0x100000000, number, counter)
end

-- A start and its completion, pipelined: the server responds in this order. Each thread has half of the users, and
-- returns to one only after all others.
local function writes(tokens)
  local mine, counter = {}, 0
  for i, token in ipairs(tokens) do if i % 2 == number % 2 then mine[#mine + 1] = token end end
  local headers = {}
  for i, token in ipairs(mine) do
    headers[i] = { ["Authorization"] = "Bearer " .. token, ["Content-Type"] = "application/json" }
  end
  local salt = math.random(0, 0xffffff) * 0x100000
  return function()
    counter = counter + 1
    local session, header = id(salt + counter), headers[counter % #mine + 1]
    return wrk.format("POST", "/api/v1/sessions", header,
      '{"id":"' .. session .. '","kind":"breathing","plannedSeconds":600,"moodBefore":3}') ..
      wrk.format("POST", "/api/v1/sessions/" .. session .. "/complete", header, '{"durationSeconds":0,"moodAfter":4}')
  end
end

-- The token of each response is used for a later request. Each thread has half of the users.
local function refreshes(tokens)
  local pool, first, last = {}, 1, 0
  local function put(token) last = last + 1; pool[last] = token end
  for i, token in ipairs(tokens) do if i % 2 == number % 2 then put(token) end end
  response = function(_, _, body)
    local token = body:match('"refreshToken":"([^"]+)"')
    if token then put(token) end
  end
  return function()
    local token = pool[first]
    pool[first], first = nil, first + 1
    return wrk.format("POST", "/api/v1/auth/refresh", { ["Content-Type"] = "application/json" },
      '{"refreshToken":"' .. token .. '"}')
  end
end

function init()
  math.randomseed(os.time() + number)
  local tokens, refresh_tokens = load_tokens()
  local call = os.getenv("CALL")
  if call == "refresh" then request = refreshes(refresh_tokens) return end
  if call == "write" then request = writes(tokens) return end
  local path = ({ me = "/api/v1/users/me", livez = "/livez", history = "/api/v1/sessions?limit=20" })[call]
  local requests = {}
  for i, token in ipairs(tokens) do
    requests[i] = wrk.format("GET", path, { ["Authorization"] = "Bearer " .. token })
  end
  request = ring(requests)
end

function done(summary, latency)
  local e = summary.errors
  io.write(string.format('RESULT {"requests":%d,"rps":%.1f,"p50_ms":%.3f,"p99_ms":%.3f,"errors":%d}\n',
    summary.requests, summary.requests / (summary.duration / 1e6), latency:percentile(50) / 1e3,
    latency:percentile(99) / 1e3, e.status + e.connect + e.read + e.write + e.timeout))
end
