#pragma once
// What `mindspace doctor` has found so far: one entry for each check, in order.

#include "platform/json/schema.h"

#include <array>
#include <chrono>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

namespace mindspace::app::doctor {

enum class CheckState { ok, warning, fault };

constexpr auto names_of(CheckState) {
    return std::array<std::string_view, 3>{"ok", "warning", "fault"};
}

struct Check {
    std::string name;  // the subject and, after a dot, what is checked: "postgres.fsync"
    CheckState state = CheckState::ok;
    std::string finding;
    std::optional<std::string> fix;  // absent if there is nothing to do

    static constexpr std::string_view kName = "Check";
    static constexpr auto fields() {
        return std::tuple{schema::field("name", &Check::name), schema::field("state", &Check::state),
                          schema::field("finding", &Check::finding),
                          schema::field("fix", &Check::fix, {.omit_absent = true})};
    }
};

class Checks {
public:
    void ok(std::string name, std::string finding);
    // Works, but is risky.
    void warning(std::string name, std::string finding, std::string fix);
    // Does not work, or loses data.
    void fault(std::string name, std::string finding, std::string fix);

    [[nodiscard]] const std::vector<Check>& all() const { return all_; }
    [[nodiscard]] bool has_fault() const;

private:
    std::vector<Check> all_;
};

// Checks a clock that is ahead of this machine's by that much.
void check_clock(std::string_view whose, std::chrono::duration<double> ahead, Checks& checks);

// One line for each check, with its fix below it.
void write_text(std::ostream& out, const std::vector<Check>& checks);
// An array.
void write_json(std::ostream& out, const std::vector<Check>& checks);

}  // namespace mindspace::app::doctor
