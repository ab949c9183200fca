#include "app/commands/doctor/checks.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace mindspace::app::doctor {

namespace {

constexpr std::chrono::duration<double> kClockTolerance{2};

std::string_view mark_of(CheckState state) {
    switch (state) {
        case CheckState::ok:
            return "ok  ";
        case CheckState::warning:
            return "warn";
        case CheckState::fault:
            return "FAIL";
    }
    std::unreachable();
}

}  // namespace

void Checks::ok(std::string name, std::string finding) {
    all_.push_back(
        {.name = std::move(name), .state = CheckState::ok, .finding = std::move(finding), .fix = std::nullopt});
}

void Checks::warning(std::string name, std::string finding, std::string fix) {
    all_.push_back(
        {.name = std::move(name), .state = CheckState::warning, .finding = std::move(finding), .fix = std::move(fix)});
}

void Checks::fault(std::string name, std::string finding, std::string fix) {
    all_.push_back(
        {.name = std::move(name), .state = CheckState::fault, .finding = std::move(finding), .fix = std::move(fix)});
}

bool Checks::has_fault() const {
    return std::ranges::find(all_, CheckState::fault, &Check::state) != all_.end();
}

void check_clock(std::string_view whose, std::chrono::duration<double> ahead, Checks& checks) {
    auto finding = fmt::format("the clock of {} differs by {:+.3f} s from this machine's", whose, ahead.count());
    if (std::chrono::abs(ahead) < kClockTolerance)
        checks.ok("clocks.difference", std::move(finding));
    else
        checks.fault("clocks.difference", std::move(finding),
                     "synchronise both clocks with NTP (timedatectl set-ntp true): tokens and streaks need it");
}

void write_text(std::ostream& out, const std::vector<Check>& checks) {
    for (const auto& check : checks) {
        out << fmt::format("{}  {}\n", mark_of(check.state), check.finding);
        if (check.fix) out << fmt::format("      fix: {}\n", *check.fix);
    }
}

void write_json(std::ostream& out, const std::vector<Check>& checks) {
    out << schema::to_json(checks) << '\n';
}

}  // namespace mindspace::app::doctor
