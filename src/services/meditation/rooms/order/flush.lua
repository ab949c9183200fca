-- after room.lua
-- ARGV: 1 now
return flush(ARGV[1])
