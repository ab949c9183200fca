-- Scripts run in Redis: Lua 5.1 with the globals of Redis.
std = "lua51"
globals = { "redis", "KEYS", "ARGV" }
unused = false -- scripts share the functions of the file before them
max_line_length = 120
