#pragma once
// What the terminal shows, as lines of text: a function of the nodes and of what the user has chosen. Does no I/O.

#include "app/commands/top/node.h"

#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace mindspace::app::top {

// By what the nodes are ordered, highest first. `argument`: as on the command line.
enum class Order { argument, requests, errors, latency, sockets };
constexpr auto names_of(Order) {
    return std::array<std::string_view, 5>{"argument", "requests", "errors", "latency", "sockets"};
}

constexpr Order next(Order order) {
    return static_cast<Order>((static_cast<std::size_t>(order) + 1) % names_of(order).size());
}

struct View {
    std::size_t width = 80;
    std::size_t height = 24;
    Order order = Order::argument;
    bool is_paused = false;
    std::size_t first_line = 0;  // of those below the head: they may be more than the terminal has
};

enum class Style { plain, title, heading, alarm };

struct Line {
    std::string text;  // printable ASCII
    Style style = Style::plain;
};

// All of it, however long: a head of two lines, then the tables. `clock` is the time of day.
std::vector<Line> page_of(std::span<const Node> nodes, const View& view, SteadyTime now, std::string_view clock);

// The part of a page that the terminal has space for, with a line about the keys below it; no line is too wide.
// Corrects view.first_line.
std::vector<Line> screen_of(std::vector<Line> page, View& view);

}  // namespace mindspace::app::top
