#include "platform/config/toml_file.h"

#include <fmt/format.h>

#define TOML_ENABLE_FORMATTERS 0
#include <toml++/toml.h>

#include <algorithm>

namespace mindspace::config {

namespace {

std::string_view type_of(const toml::node& node) {
    switch (node.type()) {
        case toml::node_type::array:
            return "a list with other values";
        case toml::node_type::date:
            return "a date";
        case toml::node_type::time:
            return "a time";
        default:
            return "a date and time";
    }
}

Value value_of(const toml::node& node) {
    if (const auto* flag = node.as_boolean()) return flag->get();
    if (const auto* number = node.as_integer()) return number->get();
    if (const auto* number = node.as_floating_point()) return number->get();
    if (const auto* text = node.as_string()) return text->get();
    const auto* array = node.as_array();
    if (array == nullptr) return Foreign{type_of(node)};
    std::vector<std::string> list;
    for (const auto& item : *array) {
        const auto* text = item.as_string();
        if (text == nullptr) return Foreign{type_of(node)};
        list.push_back(text->get());
    }
    return list;
}

// Recurses as deep as the file is nested: toml++ limits the nesting.
void flatten(const toml::table& table, const std::string& prefix, TomlFile& file) {
    for (const auto& [name, node] : table) {
        auto key = prefix + std::string(name.str());
        if (const auto* inner = node.as_table()) {
            flatten(*inner, key + '.', file);
        } else {
            file.entries.push_back({key, node.source().begin.line, value_of(node)});
        }
    }
}

}  // namespace

TomlFile read_toml(const std::filesystem::path& path) {
    TomlFile file;
    std::error_code unknown;
    if (std::filesystem::is_directory(path, unknown)) {  // toml++ would read it as an empty file
        file.fault = fmt::format("{}: is a directory", path.native());
        return file;
    }
    try {
        auto table = toml::parse_file(path.native());
        flatten(table, "", file);
        std::ranges::sort(file.entries, {}, &TomlEntry::line);
    } catch (const toml::parse_error& error) {
        auto line = error.source().begin.line;
        file.fault = line == 0 ? fmt::format("{}: cannot be read", path.native())
                               : fmt::format("{}:{}: is not TOML: {}", path.native(), line, error.description());
    }
    return file;
}

}  // namespace mindspace::config
