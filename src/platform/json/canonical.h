#pragma once
// One text for each JSON value: members by name, no white space, numbers by value. For comparing documents; never sent.

#include <string>
#include <string_view>

namespace mindspace {

// Nothing is lost of a text that is not JSON: it stands for itself.
std::string canonical_json(std::string_view text);

}  // namespace mindspace
