#pragma once
// External text in log lines: regardless of its bytes, the line stays one line of valid JSON.

#include <string>
#include <string_view>

namespace mindspace::log {

// Longer texts are cut: the memory of a queue of lines is bounded only if its lines are.
constexpr std::size_t kMaxText = 4096;

// Appends `text` as a JSON string (RFC 8259). In text that is not UTF-8, bytes above ASCII become U+FFFD.
void append_quoted(std::string& out, std::string_view text);

}  // namespace mindspace::log
