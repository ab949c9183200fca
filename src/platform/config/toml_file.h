#pragma once
// Reads a TOML 1.0 file into a flat list of dotted keys. Knows nothing about settings; it hides toml++.

#include "platform/config/setting.h"

#include <filesystem>

namespace mindspace::config {

struct TomlEntry {
    std::string key;  // "http.port"
    std::uint32_t line;
    Value value;
};

struct TomlFile {
    std::vector<TomlEntry> entries;    // in the order of the file
    std::optional<std::string> fault;  // unreadable, or not TOML: one line with the position
};

TomlFile read_toml(const std::filesystem::path& path);

}  // namespace mindspace::config
