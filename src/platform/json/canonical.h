#pragma once
// One canonical text for each JSON value: members ordered by name, no white space, numbers by value. For comparing
// documents; never sent.

#include <string>
#include <string_view>

namespace mindspace {

// A text that is not JSON is returned unchanged.
std::string canonical_json(std::string_view text);

}  // namespace mindspace
