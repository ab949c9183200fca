// mindspace top: what the nodes do now, on a terminal, from the metrics of their management listeners.

#include "app/commands/command_line.h"
#include "app/commands/http_probe.h"
#include "app/commands/top/node.h"
#include "app/commands/top/scraper.h"
#include "app/commands/top/terminal.h"
#include "app/commands/top/view.h"
#include "app/process/startup_error.h"
#include "platform/http/client/origin.h"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <algorithm>
#include <array>
#include <ctime>
#include <iostream>
#include <memory>

namespace mindspace::app {

namespace top {

namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

constexpr auto kInterval = 1s;
constexpr std::string_view kUp = "\x1b[A";  // what a terminal sends for the arrows
constexpr std::string_view kDown = "\x1b[B";

struct TopArguments {
    std::vector<std::string> nodes;
    bool once = false;
};

// The management listeners that are named, or that of the settings.
std::vector<std::string> addresses_of(const CommandLine& line, const TopArguments& arguments) {
    std::vector<std::string> addresses;
    for (const auto& text : arguments.nodes) {
        const auto origin = http::parse_origin(text);
        if (!origin) throw StartupError(EX_USAGE, fmt::format("\"{}\" is not HOST:PORT", text));
        addresses.push_back(origin->to_string());
    }
    if (addresses.empty())
        addresses.push_back(http::parse_origin(management_url(load_settings(line).management)).value().to_string());
    return addresses;
}

class Top {
public:
    explicit Top(const std::vector<std::string>& addresses)
        : nodes_(addresses.begin(), addresses.end()),
          scraper_(urls_of(addresses), [this](std::size_t node, const ProbeResponse& response) {
              if (!view_.is_paused) take(nodes_[node], response);
          }) {}

    // Prints what happens in a second. Returns whether all nodes respond.
    bool print() {
        scrape();
        const auto next = steady_clock::now() + kInterval;
        while (steady_clock::now() < next) scraper_.wait({}, time_until(next));
        scrape();
        view_.width = terminal_size().width;
        for (const auto& shown : page()) std::cout << shown.text << '\n';
        return std::ranges::all_of(nodes_, &Node::is_up);
    }

    void show(Terminal& terminal) {
        const std::array<int, 2> descriptors{terminal.keys_descriptor(), terminal.signals_descriptor()};
        auto next = steady_clock::now();
        while (terminal.handle_signals()) {
            const auto keys = terminal.read_keys();
            if (!keys || !handle_keys(*keys)) return;
            if (steady_clock::now() >= next) {
                if (!view_.is_paused) scraper_.start();
                next = steady_clock::now() + kInterval;
            }
            const auto size = terminal_size();
            view_.width = size.width;
            view_.height = size.height;
            terminal.draw(screen_of(page(), view_));
            scraper_.wait(descriptors, time_until(next));
        }
    }

private:
    static std::vector<std::string> urls_of(const std::vector<std::string>& addresses) {
        std::vector<std::string> urls;
        for (const auto& address : addresses) urls.push_back("http://" + address + "/metrics");
        return urls;
    }

    // Rounded up, so that the wait does not end a fraction of a millisecond early, again and again.
    static std::chrono::milliseconds time_until(SteadyTime then) {
        return std::max(std::chrono::ceil<std::chrono::milliseconds>(then - steady_clock::now()), 0ms);
    }

    static void take(Node& node, const ProbeResponse& response) {
        const auto now = steady_clock::now();
        if (response.status == 0) return node.fail(response.failure, now);
        if (response.status != 200) return node.fail(fmt::format("status {}", response.status), now);
        Totals totals(parse_exposition(response.body));
        if (totals.version().empty()) return node.fail("no metrics of Mind Space", now);
        node.take(std::move(totals), now);
    }

    void scrape() {
        scraper_.start();
        while (!scraper_.is_idle()) scraper_.wait({}, Scraper::kTimeout);
    }

    std::vector<Line> page() {
        if (!view_.is_paused) shown_at_ = steady_clock::now();
        const auto clock = fmt::format("{:%H:%M:%S}", fmt::gmtime(std::time(nullptr)));
        return page_of(nodes_, view_, shown_at_, clock);
    }

    // Returns false for the key that ends it.
    bool handle_keys(std::string_view keys) {
        while (!keys.empty()) {
            if (keys.starts_with(kUp) || keys.starts_with(kDown)) {
                if (keys.starts_with(kDown))
                    ++view_.first_line;
                else if (view_.first_line > 0)
                    --view_.first_line;
                keys.remove_prefix(kUp.size());
                continue;
            }
            switch (keys.front()) {
                case 'q':
                    return false;
                case 'p':
                    view_.is_paused = !view_.is_paused;
                    break;
                case 's':
                    view_.order = next(view_.order);
                    break;
                default:
                    break;
            }
            keys.remove_prefix(1);
        }
        return true;
    }

    std::vector<Node> nodes_;
    Scraper scraper_;
    View view_;
    SteadyTime shown_at_;
};

int run_top(const CommandLine& line, const TopArguments& arguments) {
    const auto addresses = addresses_of(line, arguments);
    if (arguments.once) return Top(addresses).print() ? 0 : EX_UNAVAILABLE;
    Terminal terminal;
    Top(addresses).show(terminal);
    return 0;
}

}  // namespace

}  // namespace top

void add_top_command(CLI::App& cli, CommandLine& line) {
    auto arguments = std::make_shared<top::TopArguments>();
    auto* command = add_command(cli, line, "top", "Show what nodes do now, on a terminal, from their metrics");
    command->add_option("nodes", arguments->nodes,
                        "HOST:PORT of management listeners; default: that of the process with these settings");
    command->add_flag("--once", arguments->once, "Print it once, for pipes; exit with 69 if a node does not respond");
    command->callback(
        [&line, arguments] { line.action = [&line, arguments] { return top::run_top(line, *arguments); }; });
}

}  // namespace mindspace::app
