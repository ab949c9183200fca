#include "platform/config/config.h"

#include "platform/config/toml_file.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <numeric>

namespace mindspace::config {

namespace {

// A secret is one line, so a larger file is a mistake.
constexpr std::size_t kMaxSecretFile = 64 * std::size_t{1024};

std::string upper(std::string_view key) {
    std::string text(key);
    for (char& c : text) c = c == '.' ? '_' : static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
    return text;
}

// The number of characters to change, insert or remove (Levenshtein distance).
std::size_t distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 0; i < a.size(); ++i) {
        auto diagonal = row[0];
        row[0] = i + 1;
        for (std::size_t j = 0; j < b.size(); ++j) {
            auto change = diagonal + (a[i] == b[j] ? 0 : 1);
            diagonal = row[j + 1];
            row[j + 1] = std::min({change, row[j] + 1, row[j + 1] + 1});
        }
    }
    return row[b.size()];
}

// Without the final line ending, which an editor adds.
std::optional<std::string> read_secret(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    std::string text(kMaxSecretFile + 1, '\0');
    file.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(file.gcount()));
    if (file.bad() || !file.eof()) return std::nullopt;
    if (text.ends_with('\n')) text.pop_back();
    if (text.ends_with('\r')) text.pop_back();
    return text;
}

std::pair<std::string_view, std::string_view> split_at_equals(std::string_view text) {
    auto equals = std::min(text.find('='), text.size());
    return {text.substr(0, equals), text.substr(std::min(equals + 1, text.size()))};
}

std::string_view value_of(const std::vector<std::string>& environment, std::string_view name) {
    for (const auto& entry : environment) {
        auto [key, value] = split_at_equals(entry);
        if (key == name) return value;
    }
    return {};
}

}  // namespace

ConfigError::ConfigError(std::vector<std::string> faults)
    : runtime_error(fmt::format("{}", fmt::join(faults, "\n"))), faults_(std::move(faults)) {}

std::vector<std::string> process_environment() {
    std::vector<std::string> environment;
    for (char** entry = environ; *entry != nullptr; ++entry) environment.emplace_back(*entry);
    return environment;
}

Configuration::Configuration(std::string program, std::vector<Setting> settings) : prefix_(upper(program) + '_') {
    for (auto& setting : settings) {
        auto variable = prefix_ + upper(setting.key);
        auto default_value = value_as_toml(setting);
        rows_.push_back({std::move(setting), std::move(variable), std::move(default_value), "default"});
    }
}

void Configuration::load(const Sources& sources) {
    Faults faults;
    if (auto path = choose_file(sources)) load_file(*path, faults);
    load_environment(sources, faults);
    load_flags(sources, faults);
    if (!faults.empty()) throw ConfigError(std::move(faults));
}

std::optional<std::filesystem::path> Configuration::choose_file(const Sources& sources) const {
    if (sources.file) return sources.file;
    auto named = value_of(sources.environment, prefix_ + "CONFIG");
    if (!named.empty()) return std::filesystem::path(named);
    for (const auto& path : sources.fallback_files) {
        std::error_code unreadable;
        if (std::filesystem::exists(path, unreadable)) return path;
    }
    return std::nullopt;
}

void Configuration::load_file(const std::filesystem::path& path, Faults& faults) {
    auto file = read_toml(path);
    if (file.fault) faults.push_back(*file.fault);
    for (const auto& entry : file.entries) {
        auto origin = fmt::format("{}:{}", path.native(), entry.line);
        if (Row* row = find_key(entry.key)) {
            set(*row, entry.value, origin, faults);
        } else {
            faults.push_back(fmt::format("{}: {}: {}", origin, entry.key, unknown_key(entry.key)));
        }
    }
}

void Configuration::load_environment(const Sources& sources, Faults& faults) {
    constexpr std::string_view kFile = "_FILE";
    for (const auto& entry : sources.environment) {
        auto [name, value] = split_at_equals(entry);
        // An empty variable counts as not set: container tools pass on variables without a value.
        if (!name.starts_with(prefix_) || name == prefix_ + "CONFIG" || value.empty()) continue;
        if (Row* row = find_variable(name)) {
            set(*row, parse_text(row->setting, value), std::string(name), faults);
            continue;
        }
        auto stem = name.ends_with(kFile) ? name.substr(0, name.size() - kFile.size()) : std::string_view();
        Row* row = find_variable(stem);
        if (row == nullptr) {
            auto key = name.substr(prefix_.size());
            faults.push_back(fmt::format("{}: {}", name, unknown_key(key)));
        } else if (!value_of(sources.environment, stem).empty()) {
            faults.push_back(fmt::format("{}: {} is set as well; keep one of them", name, stem));
        } else if (auto secret = read_secret(std::string(value))) {
            set(*row, parse_text(row->setting, *secret), std::string(name), faults);
        } else {
            faults.push_back(
                fmt::format("{}: {} must be a readable file of at most {} bytes", name, value, kMaxSecretFile));
        }
    }
}

void Configuration::load_flags(const Sources& sources, Faults& faults) {
    for (const auto& flag : sources.flags) {
        auto [key, value] = split_at_equals(flag);
        auto origin = fmt::format("--set {}", key);
        if (Row* row = find_key(key)) {
            set(*row, parse_text(row->setting, value), origin, faults);
        } else {
            faults.push_back(fmt::format("{}: {}", origin, unknown_key(key)));
        }
    }
}

void Configuration::set(Row& row, const Value& value, const std::string& origin, Faults& faults) {
    if (auto fault = assign(row.setting, value)) {
        faults.push_back(fmt::format("{}: {}", origin, *fault));
    } else {
        row.origin = origin;
    }
}

Configuration::Row* Configuration::find_key(std::string_view key) {
    auto found = std::ranges::find(rows_, key, [](const Row& row) { return row.setting.key; });
    return found == rows_.end() ? nullptr : &*found;
}

Configuration::Row* Configuration::find_variable(std::string_view name) {
    auto found = std::ranges::find(rows_, name, &Row::variable);
    return found == rows_.end() ? nullptr : &*found;
}

// `key` is a key as in TOML, or the end of a variable's name.
std::string Configuration::unknown_key(std::string_view key) const {
    auto name = prefix_ + upper(key);
    auto far = [&](const Row& row) { return distance(row.variable, name); };
    auto nearest = std::ranges::min_element(rows_, {}, far);
    if (nearest == rows_.end() || far(*nearest) > 3) return "unknown setting";
    return fmt::format("unknown setting; did you mean {} ({})?", nearest->setting.key, nearest->variable);
}

}  // namespace mindspace::config
