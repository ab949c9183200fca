-- after room.lua
-- ARGV: 1 now, 2 lease, 3 reason
local has_left = end_lease(ARGV[2], ARGV[3], ARGV[1])
local due_in = flush(ARGV[1])
extend_expiry()
return {has_left and 1 or 0, due_in}
