-- Scripts run in Redis: Lua 5.1, and what Redis gives them.
std = "lua51"
globals = { "redis", "KEYS", "ARGV" }
unused = false -- scripts share what stands before them
max_line_length = 120
