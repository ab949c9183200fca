// How Configuration describes itself.

#include "platform/config/config.h"

#include <fmt/format.h>

namespace mindspace::config {

namespace {

std::string_view section_of(std::string_view key) {
    auto dot = key.rfind('.');
    return dot == std::string_view::npos ? std::string_view() : key.substr(0, dot);
}

std::string_view name_in_section(std::string_view key) {
    return key.substr(key.rfind('.') + 1);
}

}  // namespace

std::string Configuration::explain() const {
    std::string text = fmt::format(
        "# Precedence: --set KEY=VALUE, environment, this file, default. Each variable X may be given as X_FILE, the\n"
        "# path of a file that holds the value.\n");
    std::string_view section;
    for (const auto& [setting, variable, default_value, origin] : rows_) {
        if (section_of(setting.key) != section) {
            section = section_of(setting.key);
            text += fmt::format("\n[{}]\n", section);
        }
        text += fmt::format("\n# {}\n# {}; {}; default {}; now from: {}\n", setting.sentence, describe_type(setting),
                            variable, default_value, origin);
        bool masked = setting.secret && value_as_toml(setting) != default_value;
        // Commented out, so that a saved explanation never has the mask as a value.
        text += masked ? fmt::format("# {} = (secret)\n", name_in_section(setting.key))
                       : fmt::format("{} = {}\n", name_in_section(setting.key), value_as_toml(setting));
    }
    return text;
}

std::string Configuration::values() const {
    std::string text;
    std::string_view section;
    for (const auto& row : rows_) {
        const auto& setting = row.setting;
        if (section_of(setting.key) != section) {
            section = section_of(setting.key);
            text += fmt::format("\n[{}]\n", section);
        }
        text += fmt::format("{} = {}\n", name_in_section(setting.key), value_as_toml(setting));
    }
    return text;
}

std::string Configuration::explain_markdown() const {
    std::string text = "| key | variable | value | default | meaning |\n| --- | --- | --- | --- | --- |\n";
    for (const auto& row : rows_) {
        text += fmt::format("| `{}` | `{}` | {} | `{}` | {}{} |\n", row.setting.key, row.variable,
                            describe_type(row.setting), row.default_value, row.setting.sentence,
                            row.setting.secret ? " Secret." : "");
    }
    return text;
}

}  // namespace mindspace::config
