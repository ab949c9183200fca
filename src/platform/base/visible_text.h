#pragma once
// What people write, as Unicode sees it: composed, so that the same text is the same bytes whichever keyboard wrote it,
// and looked at for what others could not see or would be misled by. All texts are valid UTF-8.

#include <cstdint>
#include <string>
#include <string_view>

namespace mindspace {

// In normalization form C (UAX 15).
std::string composed(std::string_view text);

// With a line feed for each end of a line, whether it was CR LF, CR or LF.
std::string with_line_feeds(std::string_view text);

// Without the white space (White_Space of the Unicode database) around it.
std::string_view without_space_around(std::string_view text);

// Whether a reader sees anything of it. White space, marks without a letter, fillers, variation selectors, tags and
// code points that are no characters show nothing by themselves.
bool is_visible(std::string_view text);

// Whether it has a control character (Cc). Where lines are allowed, line feed and tab are fine; elsewhere the
// separators of lines and paragraphs count, too.
enum class Lines { none, allowed };
bool has_control_character(std::string_view text, Lines lines);

// Whether it has a character that reorders what stands around it: bidirectional embeddings, overrides and isolates
// (UAX 9), and the deprecated format characters. The marks that right-to-left names need (LRM, RLM, ALM) are none.
bool has_reordering_character(std::string_view text);

}  // namespace mindspace
