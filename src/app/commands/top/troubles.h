#pragma once
// What is wrong with the nodes: faults of the moment, and counters of failed and refused work.

#include "app/commands/top/node.h"

#include <span>
#include <string>
#include <vector>

namespace mindspace::app::top {

struct Trouble {
    const Node* node;
    std::string text;
    double per_minute;  // kUnknown for a state, which has none
    double total;       // since the start of the process; kUnknown for a state
};

// States first, then what happens most often now, then what has happened.
std::vector<Trouble> troubles_of(std::span<const Node> nodes);

}  // namespace mindspace::app::top
