#pragma once
// Text from users, by the rules of Unicode: composed, so that the same text has the same bytes regardless of the
// keyboard, and checked for characters that other users could not see or that would mislead them. All texts are valid
// UTF-8.

#include <cstdint>
#include <string>
#include <string_view>

namespace mindspace {

// Converts to normalization form C (UAX 15).
std::string composed(std::string_view text);

// Replaces each line ending (CR LF, CR or LF) by a line feed.
std::string with_line_feeds(std::string_view text);

// Removes the surrounding white space (White_Space of the Unicode database).
std::string_view without_space_around(std::string_view text);

// Whether any of the text is visible. White space, marks without a letter, fillers, variation selectors, tags and code
// points that are not characters are not visible on their own.
bool is_visible(std::string_view text);

// Whether it has a control character (Cc). With Lines::allowed, line feed and tab do not count; with Lines::none, the
// separators of lines and paragraphs count, too.
enum class Lines { none, allowed };
bool has_control_character(std::string_view text, Lines lines);

// Whether it has a character that reorders the text around it: bidirectional embeddings, overrides and isolates (UAX
// 9), and the deprecated format characters. The marks that right-to-left names need (LRM, RLM, ALM) do not count.
bool has_reordering_character(std::string_view text);

}  // namespace mindspace
