#pragma once
// Fills the settings of a program at startup. Precedence: flag, environment, file, default. All faults of all sources
// are reported at once. Called by main, on one thread, first.

#include "platform/config/setting.h"

#include <filesystem>
#include <stdexcept>

namespace mindspace::config {

// The faults, one per line; what() returns all of them. main exits with 78 (EX_CONFIG).
class ConfigError : public std::runtime_error {
public:
    explicit ConfigError(std::vector<std::string> faults);
    [[nodiscard]] const std::vector<std::string>& faults() const { return faults_; }

private:
    std::vector<std::string> faults_;
};

struct Sources {
    // --config; the file must exist. Without it, the file named by <PROGRAM>_CONFIG, otherwise the first existing
    // fallback.
    std::optional<std::filesystem::path> file{};
    std::vector<std::filesystem::path> fallback_files{};
    std::vector<std::string> environment{};  // "NAME=value"
    std::vector<std::string> flags{};        // "key=value", one for each --set
};

// The environment of this process.
std::vector<std::string> process_environment();

class Configuration {
public:
    // `program` determines the prefix of the variables: "mindspace" → MINDSPACE_HTTP_PORT for "http.port". Settings are
    // in the order of the documentation: those without a section first, those of a section together.
    Configuration(std::string program, std::vector<Setting> settings);

    // Throws ConfigError; the members then have a mixture of values and must not be used.
    void load(const Sources& sources);

    // All settings with their values and sources, as a TOML file that can be loaded. Secrets are masked.
    [[nodiscard]] std::string explain() const;
    // All settings with their values, secrets too, as a TOML file that can be loaded: for a file that only we can read.
    [[nodiscard]] std::string values() const;
    // The defaults as a Markdown table, for the documentation.
    [[nodiscard]] std::string explain_markdown() const;

private:
    struct Row {
        Setting setting;
        std::string variable;       // "MINDSPACE_HTTP_PORT"
        std::string default_value;  // in TOML
        std::string origin;         // "default", or the source that set it
    };
    using Faults = std::vector<std::string>;

    void load_file(const std::filesystem::path& path, Faults& faults);
    void load_environment(const Sources& sources, Faults& faults);
    void load_flags(const Sources& sources, Faults& faults);
    void set(Row& row, const Value& value, const std::string& origin, Faults& faults);
    Row* find_key(std::string_view key);
    Row* find_variable(std::string_view name);
    [[nodiscard]] std::string unknown_key(std::string_view key) const;
    [[nodiscard]] std::optional<std::filesystem::path> choose_file(const Sources& sources) const;

    std::string prefix_;  // "MINDSPACE_"
    std::vector<Row> rows_;
};

}  // namespace mindspace::config
